#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "store/store.hpp"

/// What the commands share that draft, review and publish something in editions: guides, item
/// lists, templates. Each works beside the running service and returns the exit status.
namespace songda::app {

/// A file that is to become an edition, or the content of one.
struct EditionSubject {
    std::string name;  ///< all editions of one thing have it
    std::string title; ///< as people read it
    Bytes content;
    std::vector<std::string> findings; ///< why it may not be published, a line each
    std::vector<std::string> notes{};  ///< what else the one who publishes it should know
};

/// What content is held against.
struct EditionContext {
    const Config& config;
    store::Store& store;
    std::string name;         ///< of the edition
    Date day;                 ///< today, or the first day in force of what is being published
    std::uint32_t number = 0; ///< of the edition; 0: not stored yet
};

/// One kind of editions, as far as it differs from others.
struct EditionCommands {
    store::EditionKind kind;
    std::string_view command; ///< `guide`
    std::string_view zh;      ///< 办事指南
    /// Reads a file. `name` is what the command line says; a kind whose files name themselves does
    /// not look at it. Faults: not_found, invalid_input (not even the form is right).
    std::function<Result<EditionSubject>(const std::string& path, const std::string& name)> read;
    /// Looks at content as it is looked at before it goes on.
    std::function<Result<EditionSubject>(const EditionContext& context, ByteView content)> check;
    /// What `show` prints of a content; empty: the content.
    std::function<std::string(ByteView content)> present{};
    /// Writes the content as it was before it was added into a new folder; empty: it is one file.
    std::function<Result<void>(ByteView content, const std::string& folder)> unpack{};
    /// Whom an edition is for, for `list`; empty: its name says it.
    std::function<std::string(const Config& config, const store::EditionRow& row)> audience{};
};

struct EditionArguments {
    std::string config;
    std::string file;
    std::string name;
    std::uint32_t number = 0; ///< 0: the newest that the step is allowed from
    std::string document;     ///< 发布文号
    std::string from;         ///< first day in force; empty: today
    std::string reason;
    std::string folder; ///< to unpack into; empty: print
};

int run_edition_check(const EditionCommands& kind, const std::vector<std::string>& files);
int run_edition_add(const EditionCommands& kind, const EditionArguments& arguments);
int run_edition_submit(const EditionCommands& kind, const EditionArguments& arguments);
int run_edition_return(const EditionCommands& kind, const EditionArguments& arguments);
int run_edition_publish(const EditionCommands& kind, const EditionArguments& arguments);
int run_edition_withdraw(const EditionCommands& kind, const EditionArguments& arguments);
/// All editions of one name; without a name what is in force today, what is scheduled and what is
/// on its way there.
int run_edition_list(const EditionCommands& kind, const EditionArguments& arguments);
/// The content of one edition, or of the one in force, on standard output.
int run_edition_show(const EditionCommands& kind, const EditionArguments& arguments);

/// songda guide, songda items, songda power, songda template.
[[nodiscard]] EditionCommands guide_commands();
[[nodiscard]] EditionCommands item_list_commands();
[[nodiscard]] EditionCommands power_list_commands();
[[nodiscard]] EditionCommands template_commands();

/// Names of items by their codes, as the lists in force on a day have them.
using PublishedItems = std::map<std::string, std::string, std::less<>>;
[[nodiscard]] Result<PublishedItems> read_published_items(store::Store& store, Date day);

} // namespace songda::app
