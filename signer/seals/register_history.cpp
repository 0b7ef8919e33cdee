#include "signer/seals/register_history.hpp"

#include "base/check.hpp"
#include "base/open_file.hpp"
#include "signer/seals/seal_register.hpp"
#include "signer/seals/seal_ruling.hpp"

namespace songda::signer {
namespace {

constexpr std::int64_t apart_ms = 1000;

std::optional<SealRefusal> refuse_then(const RegisteredSeals& seals, const UseRow& row, TimeMs at) {
    const Seal* const seal = seals.find(row.seal);
    return seal == nullptr ? std::optional(refuse_no_seal(row.department))
                           : refuse_use(*seal, row.purpose, row.use, at);
}

} // namespace

Result<RegisterHistory> RegisterHistory::load(const std::string& folder) {
    const auto bytes = read_whole(register_path(folder), register_bytes_max);
    if (!bytes.ok()) {
        return bytes.error();
    }
    std::vector<JournalLine> lines;
    const auto end = read_chain(as_text(bytes.value()), chain_start(), keep_journal_lines(lines),
                                std::string(register_file));
    if (!end.ok()) {
        return end.error();
    }
    const auto folded = read_register(lines);
    return folded.ok() ? Result(RegisterHistory(std::move(lines))) : folded.error();
}

std::optional<SealRefusal> RegisterHistory::refuse(const UseRow& row, TimeMs at) {
    if (row.department.text.empty()) {
        return std::nullopt; // time-stamps are of no department, and not the register's
    }
    go_to(just_before_, at + -apart_ms);
    go_to(now_, at);
    return refuse_then(just_before_.seals, row, at) ? refuse_then(now_.seals, row, at)
                                                    : std::nullopt;
}

void RegisterHistory::go_to(Then& then, TimeMs at) const {
    for (; then.lines < lines_.size() && !(at < lines_[then.lines].time); ++then.lines) {
        SONGDA_CHECK(!enter(then.seals, lines_[then.lines])); // read_register has taken them all
    }
}

} // namespace songda::signer
