#include "issuer/templates/template_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <rapidjson/document.h>

#include "base/json.hpp"
#include "base/text_codec.hpp"
#include "base/toml_reader.hpp"
#include "base/utf8.hpp"

namespace songda::issuer {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view main_file = "template.toml";
constexpr std::string_view of_bases = "bases/";
constexpr int form_version = 1;

Error refuse(const std::string& where, std::string_view why) {
    return {Fault::invalid_input, fmt::format("{}: {}", where, why)};
}

/// `border.pdf` or `bases/letter.toml`; nothing that leads elsewhere or that a terminal minds.
bool is_file_name(std::string_view name) {
    if (name.starts_with(of_bases)) {
        name.remove_prefix(of_bases.size());
    }
    if (name.empty() || name.size() > template_file_name_bytes_max || name.front() == '.' ||
        name.find_first_of("/\\") != std::string_view::npos || find_bad_utf8(name)) {
        return false;
    }
    while (!name.empty()) {
        if (is_forbidden_in_documents(take_code_point(name))) {
            return false;
        }
    }
    return true;
}

bool is_passed_over(std::string_view name) {
    return name.starts_with('.') || name.ends_with('~');
}

} // namespace

Result<void> TemplateFiles::add(const std::string& name, Bytes bytes) {
    if (!is_file_name(name)) {
        return refuse(where_, "a file's name is not fit 文件名不合要求");
    }
    bytes_ += bytes.size();
    if (bytes_ > template_bytes_max || files_.size() >= template_files_max) {
        return refuse(where_, fmt::format("模板文件过多或过大，最多{0}个、共{1}MiB more than {0} "
                                          "files or {1} MiB",
                                          template_files_max, template_bytes_max >> 20U));
    }
    files_.emplace(name, std::move(bytes));
    return {};
}

Result<void> TemplateFiles::add_file(const std::string& name, const std::string& path) {
    std::error_code unknown;
    const std::uintmax_t size = fs::file_size(path, unknown);
    if (!unknown && size > template_bytes_max) {
        return refuse(path,
                      fmt::format("大于{0}MiB larger than {0} MiB", template_bytes_max >> 20U));
    }
    std::ifstream in(path, std::ios::binary);
    if (!in || unknown) {
        return Error{Fault::not_found, path + ": cannot be read"};
    }
    return add(name, Bytes(std::istreambuf_iterator<char>(in), {}));
}

/// Which bases there are is what template.toml says; whether it says so rightly is for
/// read_template to tell.
Result<void> TemplateFiles::add_bases(const std::string& folder) {
    const auto main = TomlFile::parse(as_text(files_.find(main_file)->second), path_of(main_file));
    if (!main.ok()) {
        return {};
    }
    TomlTable root = main.value().root();
    for (const std::string& full_name : root.texts_or_none("bases")) {
        const std::string name = full_name.substr(0, full_name.find('@')) + ".toml";
        if (find(std::string(of_bases) + name) != nullptr || !is_file_name(name)) {
            continue;
        }
        const auto added = add_base_file(name, folder);
        if (!added.ok()) {
            return added;
        }
        const auto drawn = add_base_artwork(name, folder);
        if (!drawn.ok()) {
            return drawn;
        }
    }
    return {};
}

Result<void> TemplateFiles::add_base_file(const std::string& name, const std::string& folder) {
    return add_file(std::string(of_bases) + name, folder + "/../" + std::string(of_bases) + name);
}

/// Artwork that the base names and that is there; what is not is for read_template to tell.
Result<void> TemplateFiles::add_base_artwork(const std::string& base, const std::string& folder) {
    const auto parsed = TomlFile::parse(as_text(*find(std::string(of_bases) + base)), base);
    if (!parsed.ok()) {
        return {};
    }
    TomlTable root = parsed.value().root();
    std::vector<std::string> names;
    if (root.is_text("artwork")) {
        names.push_back(root.text("artwork"));
    } else {
        for (TomlTable& table : root.tables("artwork")) {
            names.push_back(table.text("file"));
        }
    }
    for (const std::string& name : names) {
        const std::string kept = std::string(of_bases) + name;
        if (is_file_name(kept) && find(kept) == nullptr && fs::exists(folder + "/../" + kept)) {
            const auto added = add_base_file(name, folder);
            if (!added.ok()) {
                return added;
            }
        }
    }
    return {};
}

Result<TemplateFiles> TemplateFiles::read_folder(const std::string& folder) {
    TemplateFiles made(folder);
    std::error_code failed;
    std::vector<fs::path> paths;
    for (fs::directory_iterator at(folder, failed), end; !failed && at != end;
         at.increment(failed)) {
        paths.push_back(at->path());
    }
    if (failed) {
        return Error{Fault::not_found, made.path_of(main_file) + ": cannot be read"};
    }
    std::sort(paths.begin(), paths.end());
    for (const fs::path& path : paths) {
        const std::string name = path.filename().string();
        if (is_passed_over(name)) {
            continue;
        }
        if (!fs::is_regular_file(path, failed)) {
            return refuse(path.string(),
                          "模板文件夹内只能有文件 a template's folder holds files only");
        }
        const auto added = made.add_file(name, path.string());
        if (!added.ok()) {
            return added.error();
        }
    }
    if (made.find(main_file) == nullptr) {
        return Error{Fault::not_found, made.path_of(main_file) + ": cannot be read"};
    }
    const auto based = made.add_bases(folder);
    if (!based.ok()) {
        return based.error();
    }
    return made;
}

Result<TemplateFiles> TemplateFiles::read_published(ByteView bytes, const std::string& where) {
    const auto parsed = parse_json(as_text(bytes), 3);
    if (!parsed.ok()) {
        return refuse(where, parsed.error().detail);
    }
    const rapidjson::Value* const files = find_member(parsed.value().root(), "files");
    if (files == nullptr || !files->IsObject()) {
        return refuse(where, "holds no files");
    }
    TemplateFiles made(where);
    for (const auto& member : files->GetObject()) {
        auto content = from_base64(text_of(member.value));
        if (!content || !member.value.IsString()) {
            return refuse(where, "a file that is not base64");
        }
        const auto added = made.add(std::string(text_of(member.name)), std::move(*content));
        if (!added.ok()) {
            return added.error();
        }
    }
    if (made.find(main_file) == nullptr) {
        return refuse(where, "holds no template.toml");
    }
    if (made.published() != as_text(bytes)) {
        return refuse(where, "is not in its one form");
    }
    return made;
}

std::string TemplateFiles::published() const {
    std::string to;
    JsonObject object(to);
    object.raw("songda_template", std::to_string(form_version));
    std::string inner;
    JsonObject files(inner);
    for (const auto& [name, bytes] : files_) {
        files.text(name, to_base64(bytes));
    }
    files.end();
    object.raw("files", inner);
    object.end();
    return to;
}

const Bytes* TemplateFiles::find(std::string_view name) const {
    const auto found = files_.find(name);
    return found == files_.end() ? nullptr : &found->second;
}

std::string TemplateFiles::path_of(std::string_view name) const {
    return fmt::format("{}/{}", where_, name);
}

} // namespace songda::issuer
