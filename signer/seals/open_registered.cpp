#include "signer/seals/open_registered.hpp"

#include "base/log.hpp"
#include "signer/seals/register_watch.hpp"
#include "signer/seals/registered_cupboard.hpp"

namespace songda::signer {
namespace {

void tell(const std::optional<Error>& why) {
    if (why) {
        log::error("seal_book_not_written",
                   {{"fault", fault_name(why->fault)}, {"why", why->detail}});
    } else {
        log::info("seal_book_written_again", {});
    }
}

} // namespace

Result<std::unique_ptr<SealCupboard>> open_registered(std::unique_ptr<SealCupboard> inner,
                                                      RegisteredPlace place, const Clock& clock) {
    auto rules = open_register_watch(place.folder, inner->faces());
    if (!rules.ok()) {
        return Error{rules.error().fault, "seals.folder: " + rules.error().detail};
    }
    SealBook::Options options;
    options.folder = std::move(place.folder);
    options.told = tell;
    auto book = SealBook::open(std::move(options), clock);
    if (!book.ok()) {
        return Error{book.error().fault, "seals.folder: " + book.error().detail};
    }
    return make_registered_cupboard({std::move(inner), std::move(rules).value(),
                                     std::move(book).value(), std::move(place.counted)},
                                    clock);
}

} // namespace songda::signer
