#include "signer/seals/open_registered.hpp"

#include "base/log.hpp"
#include "signer/seals/registered_cupboard.hpp"

namespace songda::signer {
namespace {

/// A folder without a register forbids nothing: its uses are written down all the same.
class NoRegister final : public SealRules {
public:
    SealRuling rule(const DepartmentCode&, SealPurpose, const SealUse&, TimeMs) override {
        return {};
    }
};

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
    SealBook::Options options;
    options.folder = std::move(place.folder);
    options.told = tell;
    auto book = SealBook::open(std::move(options), clock);
    if (!book.ok()) {
        return Error{book.error().fault, "seals.folder: " + book.error().detail};
    }
    return make_registered_cupboard({std::move(inner), std::make_unique<NoRegister>(),
                                     std::move(book).value(), std::move(place.counted)},
                                    clock);
}

} // namespace songda::signer
