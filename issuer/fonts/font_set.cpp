#include "issuer/fonts/font_set.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "base/toml_reader.hpp"

namespace songda::issuer {

Result<std::shared_ptr<const FontSet>> FontSet::load(const std::string& folder) {
    auto file = TomlFile::open(folder + "/fonts.toml");
    if (!file.ok()) {
        return file.error();
    }
    auto set = std::make_shared<FontSet>();
    TomlTable root = file.value().root();
    for (TomlTable& font : root.tables("font")) {
        const std::string name = font.text("name");
        const std::string path = (std::filesystem::path(folder) / font.text("file")).string();
        const auto index = static_cast<unsigned>(font.integer_or("index", 0, 0, 64));
        auto face = FontFace::open(name, path, index);
        if (!face.ok()) {
            return face.error();
        }
        if (face.value()->forbids_embedding() && !font.boolean_or("licensed", false)) {
            font.refuse("licensed",
                        fmt::format("{} says that it may not be embedded (fsType "
                                    "0x{:04X}); set it to true if you bought the right to",
                                    path, face.value()->embedding()));
        }
        set->faces_.push_back(std::move(face).value());
    }
    for (TomlTable& table : root.tables("style")) {
        FontStyle style;
        style.name = table.text("name");
        for (const std::string& name : table.texts("fonts")) {
            const FontFace* found = nullptr;
            for (const auto& face : set->faces_) {
                found = face->name() == name ? face.get() : found;
            }
            if (found == nullptr) {
                table.refuse("fonts", "names no [[font]]: " + name);
            } else {
                style.chain.push_back(found);
            }
        }
        set->styles_.push_back(std::move(style));
    }
    const auto finished = file.value().finish();
    if (!finished.ok()) {
        return finished.error();
    }
    return std::shared_ptr<const FontSet>(std::move(set));
}

const FontStyle* FontSet::find_style(std::string_view name) const {
    for (const FontStyle& style : styles_) {
        if (style.name == name) {
            return &style;
        }
    }
    return nullptr;
}

} // namespace songda::issuer
