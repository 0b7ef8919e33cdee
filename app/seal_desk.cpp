#include "app/seal_desk.hpp"

#include <algorithm>
#include <cerrno>

#include <fmt/core.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/config_paths.hpp"
#include "base/folder.hpp"
#include "base/toml_reader.hpp"
#include "catalogue/codes.hpp"
#include "signer/key_places.hpp"
#include "signer/seals/seal_source.hpp"

namespace songda::app {
namespace {

/// [[department]] of songda.toml, or [[seal]] of songda-signer.toml.
SealKeyPlace read_place(TomlTable& table, const ConfigPaths& paths, bool of_signer) {
    SealKeyPlace place;
    place.department = table.text_or(of_signer ? "department" : "code", "");
    place.name = of_signer ? "" : table.text_or("name", "");
    place.words = of_signer ? "" : table.text_or("seal_text", "");
    place.certificate = paths(table.text_or(of_signer ? "certificate" : "seal_certificate", ""));
    place.qr_key = table.text_or("qr_key", "");
    if (!place.qr_key.starts_with("pkcs11:")) {
        place.qr_key = paths(place.qr_key);
    }
    place.key_passphrase_file = paths.secret(table, "key_passphrase_file");
    return place;
}

/// Of the folder, or of the one that it is going to be made in.
Result<void> become_owner(std::string folder) {
    if (geteuid() != 0) {
        return {};
    }
    while (!is_there(folder) && folder != folder_of(folder)) {
        folder = folder_of(folder);
    }
    struct stat about {};
    const bool became = stat(folder.c_str(), &about) == 0 && setegid(about.st_gid) == 0 &&
                        seteuid(about.st_uid) == 0;
    return became ? Result<void>() : file_error(folder, errno);
}

Result<const SealKeyPlace*> find_place(const SealDesk& desk, const std::string& department) {
    if (department.empty() && desk.keys.size() != 1) {
        return Error{Fault::invalid_input,
                     "--department: 配置里不止一个部门，请指明 name one of the configuration's"};
    }
    const auto found =
        std::find_if(desk.keys.begin(), desk.keys.end(), [&department](const SealKeyPlace& each) {
            return department.empty() || each.department == department;
        });
    if (found == desk.keys.end()) {
        return Error{Fault::not_found,
                     department + ": 配置里没有这个部门 the configuration has no such department"};
    }
    return &*found;
}

Result<std::string> qr_key_of(const SealDesk& desk, const SealKeyPlace& place,
                              const std::string& public_key_file) {
    if (!public_key_file.empty()) {
        return signer::read_key_hash(public_key_file);
    }
    signer::KeyCabinet keys(desk.pkcs11);
    const auto key = keys.open(place.qr_key, place.key_passphrase_file);
    return key.ok()
               ? Result(signer::key_hash(key.value()->public_key()))
               : Error{key.error().fault,
                       key.error().detail +
                           "；打不开二维码私钥时，请用 --qr-public-key 给出其公钥 where the QR key "
                           "cannot be opened, give its public half with --qr-public-key"};
}

Result<Date> day_of(const std::string& option, const std::string& text, Date before) {
    if (text.empty()) {
        return before;
    }
    const auto day = parse_date(text);
    return day ? Result(*day) : Error{Fault::invalid_input, option + ' ' + text + ": 2026-11-30"};
}

signer::SealNames names_of(const std::vector<std::string>& names, bool all,
                           signer::SealNames before) {
    return all             ? signer::SealNames{std::string(signer::any_name)}
           : names.empty() ? std::move(before)
                           : signer::SealNames(names.begin(), names.end());
}

} // namespace

Result<SealDesk> open_seal_desk(const std::string& config) {
    auto file = TomlFile::open(config);
    if (!file.ok()) {
        return file.error();
    }
    const ConfigPaths paths(config, Files::named);
    TomlTable root = file.value().root();
    if (root.has("signer")) {
        return Error{Fault::invalid_input,
                     config +
                         ": 密钥在签名进程，请用 -c songda-signer.toml the keys are the signer "
                         "process's: -c songda-signer.toml"};
    }
    const auto place = signer::read_register_place(root, paths, false);
    if (!place || place->folder.empty()) {
        return Error{Fault::invalid_input,
                     config + ": 没有 [seals] folder（印章名录的文件夹）the folder of the register "
                              "is missing: [seals] folder"};
    }
    SealDesk desk{*place, std::nullopt, {}};
    if (root.has("pkcs11")) {
        desk.pkcs11 = signer::read_token_place(root.table("pkcs11"), paths,
                                               root.boolean_or("production", true));
    }
    const bool of_signer = root.has("seal");
    for (TomlTable& table : root.tables(of_signer ? "seal" : "department")) {
        desk.keys.push_back(read_place(table, paths, of_signer));
    }
    const auto became = become_owner(desk.place.folder);
    return became.ok() ? Result(std::move(desk)) : became.error();
}

Result<signer::NewSeal> new_seal(const SealDesk& desk, const SealArguments& arguments, TimeMs now) {
    const auto place = find_place(desk, arguments.department);
    if (!place.ok()) {
        return place.error();
    }
    const DepartmentCode department{place.value()->department};
    const auto verdict = catalogue::check_credit_code(department.text);
    if (verdict != catalogue::CodeVerdict::good) {
        return Error{Fault::invalid_input,
                     fmt::format("{}: {} {}", department.text, catalogue::verdict_text_zh(verdict),
                                 catalogue::verdict_text_en(verdict))};
    }
    auto file = signer::read_seal_certificate(place.value()->certificate, department);
    if (!file.ok()) {
        return file.error();
    }
    auto qr_key = qr_key_of(desk, *place.value(), arguments.qr_public_key);
    if (!qr_key.ok()) {
        return qr_key.error();
    }
    const auto pick = [](const std::string& said, const std::string& known,
                         const std::string& otherwise) {
        return !said.empty() ? said : !known.empty() ? known : otherwise;
    };
    const signer::SealCertificate& certificate = file.value().certificate;
    const std::string name = pick(arguments.name, place.value()->name, file.value().common_name);
    auto terms = terms_of(arguments, {{},
                                      {std::string(signer::any_name)},
                                      std::max(china_date(now), china_date(certificate.not_before)),
                                      china_date(certificate.not_after)});
    if (!terms.ok()) {
        return terms.error();
    }
    if (terms.value().types.empty()) {
        return Error{Fault::invalid_input, "--type: 请列出可用的文书类型，或 --all-types say for "
                                           "which types of documents, or --all-types"};
    }
    return signer::NewSeal{department,
                           name,
                           *signer::parse_seal_kind(arguments.kind),
                           pick(arguments.words, place.value()->words, name),
                           certificate,
                           std::move(qr_key).value(),
                           std::move(terms).value(),
                           arguments.renews};
}

Result<signer::SealTerms> terms_of(const SealArguments& arguments, signer::SealTerms before) {
    const auto first = day_of("--first-day", arguments.first_day, before.first_day);
    const auto last = day_of("--last-day", arguments.last_day, before.last_day);
    if (!first.ok() || !last.ok()) {
        return (!first.ok() ? first : last).error();
    }
    return signer::SealTerms{
        names_of(arguments.types, arguments.all_types, std::move(before.types)),
        names_of(arguments.users, arguments.all_users, std::move(before.users)), first.value(),
        last.value()};
}

} // namespace songda::app
