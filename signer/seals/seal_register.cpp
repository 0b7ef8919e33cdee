#include "signer/seals/seal_register.hpp"

#include <algorithm>

namespace songda::signer {
namespace {

Error about_file(const std::string& folder, const Error& error) {
    return {error.fault, register_path(folder) + ": " + error.detail};
}

} // namespace

std::string register_path(const std::string& folder) {
    return folder + '/' + std::string(register_file);
}

Error no_register(const std::string& path) {
    return {Fault::not_found, path +
                                  ": 还没有印章名录，先执行 songda seal make there is no register "
                                  "of seals yet: songda seal make"};
}

Result<SealRegister> SealRegister::open(Options options, const Clock& clock) {
    const auto made = make_folder(options.folder, 0750);
    if (!made.ok()) {
        return made.error();
    }
    // A name of its own: the process that seals holds another, for the book of uses.
    auto lock = FolderLock::take(options.folder, std::string(register_file) + ".lock");
    if (!lock.ok()) {
        return lock.error();
    }
    auto journal = Journal::open(register_path(options.folder), 0640);
    if (!journal.ok()) {
        return journal.error();
    }
    auto seals = read_register(journal.value().lines());
    if (!seals.ok()) {
        return about_file(options.folder, seals.error());
    }
    return SealRegister(std::move(options), clock, std::move(lock).value(),
                        std::move(journal).value(), std::move(seals).value());
}

Result<SealAnswer> SealRegister::write(const std::string& id, std::string_view event,
                                       JournalFields fields, const std::string& reason) {
    fields["seal"] = id;
    fields["by"] = options_.actor;
    fields["reason"] = reason;
    JournalLine line{clock_->now(), std::string(event), std::move(fields)};
    if (!journal_.lines().empty()) {
        line.time = std::max(line.time, journal_.lines().back().time);
    }
    RegisteredSeals after = seals_;
    auto refused = enter(after, line);
    if (refused) {
        return SealAnswer{std::move(refused), id, line.event};
    }
    const auto written = journal_.append(event, line.fields, line.time);
    if (!written.ok()) {
        return written.error();
    }
    seals_ = std::move(after);
    return SealAnswer{std::nullopt, id, line.event};
}

Result<SealAnswer> SealRegister::confirm(const std::string& id, std::string_view event,
                                         JournalFields fields, const std::string& reason) {
    const Seal* const seal = seals_.find(id);
    if (!options_.four_eyes && seal != nullptr && !may_confirm(*seal, options_.actor)) {
        fields["alone"] = "yes";
    }
    return write(id, event, std::move(fields), reason);
}

Result<SealAnswer> SealRegister::make(const NewSeal& seal, const std::string& reason) {
    return write(seals_.next_id(seal.department), seal_event::made, seal_fields(seal), reason);
}

Result<SealAnswer> SealRegister::activate(const std::string& id, const std::string& reason) {
    const Seal* const seal = seals_.find(id);
    if (seal == nullptr || seal->state != SealState::activated_once) {
        return write(id, seal_event::activation_proposed, {}, reason);
    }
    JournalFields fields;
    const Seal* const former = seals_.find(seal->renews);
    if (former != nullptr && former->state != SealState::retired) {
        fields["retires"] = former->id;
    }
    return confirm(id, seal_event::activated, std::move(fields), reason);
}

Result<SealAnswer> SealRegister::suspend(const std::string& id, const std::string& reason) {
    return write(id, seal_event::suspended, {}, reason);
}

Result<SealAnswer> SealRegister::resume(const std::string& id, const std::string& reason) {
    const Seal* const seal = seals_.find(id);
    const bool proposed =
        seal != nullptr && seal->proposal && seal->proposal->what == SealProposal::What::resumption;
    return proposed ? confirm(id, seal_event::resumed, {}, reason)
                    : write(id, seal_event::resumption_proposed, {}, reason);
}

Result<SealAnswer> SealRegister::retire(const std::string& id, const std::string& reason) {
    return write(id, seal_event::retired, {}, reason);
}

Result<SealAnswer> SealRegister::allow(const std::string& id, const SealTerms& terms,
                                       const std::string& reason) {
    const Seal* const seal = seals_.find(id);
    if (seal == nullptr || is_within(terms, seal->terms)) {
        return write(id, seal_event::narrowed, terms_fields(terms), reason);
    }
    const bool proposed = seal->proposal && seal->proposal->what == SealProposal::What::widening &&
                          seal->proposal->terms == terms;
    return proposed ? confirm(id, seal_event::widened, terms_fields(terms), reason)
                    : write(id, seal_event::widening_proposed, terms_fields(terms), reason);
}

Result<RegisterReading> load_register(const std::string& folder) {
    const std::string path = register_path(folder);
    if (!is_there(path)) {
        return no_register(path);
    }
    const auto bytes = read_whole(path, register_bytes_max);
    if (!bytes.ok()) {
        return bytes.error();
    }
    RegisterReading reading;
    const auto each = [&reading](std::string_view json) { return enter_json(reading.seals, json); };
    auto end = read_chain(as_text(bytes.value()), chain_start(), each, path);
    if (!end.ok()) {
        return end.error();
    }
    reading.end = std::move(end).value();
    return reading;
}

} // namespace songda::signer
