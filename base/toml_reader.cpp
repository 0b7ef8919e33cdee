#include "base/toml_reader.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace songda {
namespace {

struct Document {
    toml::table table;
    std::string name;
    std::vector<std::string> findings;
};

constexpr int shared_depth_max = 8; ///< a table that uses a table that uses …

void join(toml::table& over, toml::table& under) {
    for (auto&& [key, node] : under) {
        toml::node* const own = over.get(key);
        if (own == nullptr) {
            over.insert(key, std::move(node));
        } else if (own->is_table() && node.is_table()) {
            join(*own->as_table(), *node.as_table());
        } else if (own->is_array_of_tables() && node.is_array_of_tables()) {
            toml::array& list = *own->as_array();
            auto at = list.begin();
            for (toml::node& element : *node.as_array()) {
                at = std::next(list.insert(at, std::move(element)));
            }
        }
    }
}

/// Gives every table what it uses; `findings` hears of names that are not there.
class Sharing {
public:
    Sharing(const toml::table& shared, Document& document) : shared_(shared), document_(document) {}

    void resolve(toml::node& node) {
        if (toml::array* const list = node.as_array()) {
            for (toml::node& element : *list) {
                resolve(element);
            }
        }
        if (toml::table* const table = node.as_table()) {
            for (int depth = 0; depth < shared_depth_max && table->contains("use"); ++depth) {
                take(*table);
            }
            for (auto&& [key, child] : *table) {
                resolve(child);
            }
        }
    }

private:
    void take(toml::table& table) {
        const auto name = table["use"].value<std::string>();
        const auto line = table.get("use")->source().begin.line;
        table.erase("use");
        const toml::table* const used = name ? shared_[*name].as_table() : nullptr;
        if (used == nullptr) {
            document_.findings.push_back(
                fmt::format("{}:{}: use: no table of [shared] is called {}", document_.name, line,
                            name.value_or("")));
            return;
        }
        toml::table copy = *used;
        join(table, copy);
    }

    const toml::table& shared_;
    Document& document_;
};

} // namespace

struct TomlTable::Impl {
    std::shared_ptr<Document> document;
    const toml::table* table = nullptr; ///< null: the file has no such table
    std::string path;
    std::set<std::string, std::less<>> asked;
    std::vector<std::shared_ptr<Impl>> children;

    [[nodiscard]] std::string full(std::string_view key) const {
        return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
    }
    void find(std::string_view key, const toml::node* node, std::string_view what) {
        // What was copied from a shared table has no place of its own.
        const toml::node* const at = placed(node) ? node : table;
        const auto line = at != nullptr ? at->source().begin.line : 0;
        document->findings.push_back(
            fmt::format("{}:{}: {}: {}", file_of(at), line, full(key), what));
    }
    [[nodiscard]] static bool placed(const toml::node* node) {
        return node != nullptr && node->source().begin.line != 0;
    }
    [[nodiscard]] std::string file_of(const toml::node* node) const {
        const bool named = node != nullptr && node->source().path != nullptr;
        return named ? *node->source().path : document->name;
    }
    const toml::node* ask(std::string_view key) {
        asked.emplace(key);
        return table != nullptr ? table->get(key) : nullptr;
    }
    template <class T>
    std::optional<T> optional(std::string_view key, std::string_view kind) {
        const toml::node* node = ask(key);
        if (node == nullptr) {
            return std::nullopt;
        }
        auto value = node->value<T>();
        if (!value) {
            find(key, node, fmt::format("must be {}", kind));
            return T{};
        }
        return value;
    }
    template <class T>
    T required(std::string_view key, std::string_view kind) {
        auto value = optional<T>(key, kind);
        if (!value) {
            find(key, nullptr, "is missing");
            return T{};
        }
        return *value;
    }
    template <class T>
    std::vector<T> list(std::string_view key, bool must, std::string_view kind) {
        const toml::node* node = ask(key);
        std::vector<T> values;
        if (node == nullptr) {
            if (must) {
                find(key, nullptr, "is missing");
            }
            return values;
        }
        const toml::array* array = node->as_array();
        if (array == nullptr) {
            find(key, node, fmt::format("must be a list of {}", kind));
            return values;
        }
        for (const toml::node& item : *array) {
            if (auto value = item.value<T>()) {
                values.push_back(*value);
            } else {
                find(key, &item, fmt::format("must be a list of {}", kind));
            }
        }
        return values;
    }
    void find_unread() {
        if (table != nullptr) {
            for (const auto& [key, node] : *table) {
                if (asked.find(key.str()) == asked.end()) {
                    find(key.str(), &node, "is not a known key");
                }
            }
        }
        for (const auto& child : children) {
            child->find_unread();
        }
    }
    std::shared_ptr<Impl> child(const toml::table* of, std::string name) {
        auto made = std::make_shared<Impl>();
        made->document = document;
        made->table = of;
        made->path = std::move(name);
        children.push_back(made);
        return made;
    }
};

TomlTable::TomlTable(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

std::string TomlTable::text(std::string_view key) {
    return impl_->required<std::string>(key, "text");
}
std::string TomlTable::text_or(std::string_view key, std::string_view otherwise) {
    return impl_->optional<std::string>(key, "text").value_or(std::string(otherwise));
}
std::int64_t TomlTable::integer(std::string_view key, std::int64_t least, std::int64_t most) {
    if (!has(key)) {
        (void)impl_->ask(key);
        impl_->find(key, nullptr, "is missing");
        return least;
    }
    return integer_or(key, least, least, most);
}
std::int64_t TomlTable::integer_or(std::string_view key, std::int64_t otherwise, std::int64_t least,
                                   std::int64_t most) {
    const auto value = impl_->optional<std::int64_t>(key, "a whole number");
    if (!value) {
        return otherwise;
    }
    if (*value < least || *value > most) {
        impl_->find(key, impl_->table->get(key), fmt::format("must be from {} to {}", least, most));
        return otherwise;
    }
    return *value;
}
double TomlTable::number(std::string_view key) {
    return impl_->required<double>(key, "a number");
}
double TomlTable::number_or(std::string_view key, double otherwise) {
    return impl_->optional<double>(key, "a number").value_or(otherwise);
}
bool TomlTable::boolean_or(std::string_view key, bool otherwise) {
    return impl_->optional<bool>(key, "true or false").value_or(otherwise);
}
std::vector<std::string> TomlTable::texts(std::string_view key) {
    return impl_->list<std::string>(key, true, "texts");
}
std::vector<std::string> TomlTable::texts_or_none(std::string_view key) {
    return impl_->list<std::string>(key, false, "texts");
}
bool TomlTable::has(std::string_view key) const {
    return impl_->table != nullptr && impl_->table->contains(key);
}

bool TomlTable::is_text(std::string_view key) const {
    return has(key) && impl_->table->get(key)->is_string();
}
std::string TomlTable::file_of(std::string_view key) const {
    const toml::node* const node = has(key) ? impl_->table->get(key) : nullptr;
    return impl_->file_of(Impl::placed(node) ? node : impl_->table);
}

std::vector<std::string> TomlTable::names() const {
    std::vector<std::string> names;
    if (impl_->table != nullptr) {
        for (const auto& [key, node] : *impl_->table) {
            names.emplace_back(key.str());
        }
    }
    return names;
}

TomlTable TomlTable::table(std::string_view key) {
    const toml::node* node = impl_->ask(key);
    if (node != nullptr && !node->is_table()) {
        impl_->find(key, node, "must be a table");
    }
    return TomlTable(impl_->child(node != nullptr ? node->as_table() : nullptr, impl_->full(key)));
}

std::vector<TomlTable> TomlTable::tables(std::string_view key) {
    std::vector<TomlTable> made;
    const toml::node* node = impl_->ask(key);
    if (node == nullptr) {
        return made;
    }
    const toml::array* array = node->as_array();
    if (array == nullptr || (!array->empty() && !array->is_array_of_tables())) {
        impl_->find(key, node, "must be a list of tables");
        return made;
    }
    for (std::size_t i = 0; i < array->size(); ++i) {
        made.emplace_back(
            impl_->child(array->get(i)->as_table(), fmt::format("{}[{}]", impl_->full(key), i)));
    }
    return made;
}

void TomlTable::refuse(std::string_view key, std::string_view why) {
    impl_->find(key, impl_->table != nullptr ? impl_->table->get(key) : nullptr, why);
}

Result<TomlFile> TomlFile::open(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        return Error{Fault::not_found, path + ": cannot be read"};
    }
    std::ostringstream text;
    text << in.rdbuf();
    return parse(text.str(), path);
}

Result<TomlFile> TomlFile::parse(std::string_view text, const std::string& name) {
    TomlFile file;
    auto document = std::make_shared<Document>();
    document->name = name;
    try {
        document->table = toml::parse(text, name);
    } catch (const toml::parse_error& error) {
        const auto& at = error.source().begin;
        return Error{Fault::invalid_input,
                     fmt::format("{}:{}:{}: {}", name, at.line, at.column, error.description())};
    }
    file.root_ = std::make_shared<TomlTable::Impl>();
    file.root_->document = document;
    file.root_->table = &document->table;
    return file;
}

TomlTable TomlFile::root() const {
    return TomlTable(root_);
}

void TomlFile::lay_over(TomlFile under, std::string_view but) {
    toml::table& below = under.root_->document->table;
    below.erase(but);
    join(root_->document->table, below);
}

void TomlFile::resolve_shared() {
    Document& document = *root_->document;
    toml::table shared;
    if (toml::table* const given = document.table["shared"].as_table()) {
        shared = std::move(*given);
        document.table.erase("shared");
    }
    Sharing(shared, document).resolve(document.table);
}

Result<void> TomlFile::finish() const {
    root_->find_unread();
    const auto& findings = root_->document->findings;
    if (findings.empty()) {
        return {};
    }
    std::string all;
    for (const std::string& finding : findings) {
        all += all.empty() ? finding : '\n' + finding;
    }
    return Error{Fault::invalid_input, all};
}

} // namespace songda
