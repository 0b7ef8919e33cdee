#include "signer/seals/register_place.hpp"

namespace songda::signer {

std::optional<RegisterPlace> read_register_place(TomlTable& root, const ConfigPaths& paths,
                                                 bool production) {
    if (!root.has("seals")) {
        if (production) {
            root.refuse("seals", "is needed in production, where the keys are: the folder of the "
                                 "register of seals (docs/operating/seals.md)");
        }
        return std::nullopt;
    }
    TomlTable table = root.table("seals");
    return RegisterPlace{paths(table.text("folder")), table.boolean_or("four_eyes", true)};
}

} // namespace songda::signer
