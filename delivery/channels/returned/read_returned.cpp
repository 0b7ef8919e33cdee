#include "delivery/channels/returned/read_returned.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <gmime/gmime.h>

namespace songda::delivery {
namespace {

using Kind = ReturnedMail::Kind;

struct Unref {
    void operator()(void* object) const { g_object_unref(object); }
};
template <class Type>
using Handle = std::unique_ptr<Type, Unref>;

constexpr std::size_t parts_max = 64;
constexpr std::size_t part_bytes_max = 256U << 10U;

char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool same_word(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char l, char r) { return to_lower(l) == to_lower(r); });
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string_view::npos
               ? std::string_view()
               : text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

/// Name and value of one field; a fold is a space.
struct Field {
    std::string name;
    std::string value;
};
using Fields = std::vector<Field>;

/// The first of that name; empty for none.
std::string_view value_of(const Fields& fields, std::string_view name) {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field& each) { return same_word(each.name, name); });
    return found == fields.end() ? std::string_view() : std::string_view(found->value);
}

/// Groups of fields, parted by empty lines, as RFC 3464 §2.1 has them.
std::vector<Fields> groups_of(std::string_view text) {
    std::vector<Fields> groups(1);
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const std::size_t colon = line.find(':');
        Fields& group = groups.back();
        if (trimmed(line).empty()) {
            if (!group.empty() && groups.size() <= reports_max) {
                groups.emplace_back();
            }
        } else if ((line.front() == ' ' || line.front() == '\t') && !group.empty()) {
            group.back().value += ' ';
            group.back().value += trimmed(line);
        } else if (colon != std::string_view::npos) {
            group.push_back({std::string(trimmed(line.substr(0, colon))),
                             std::string(trimmed(line.substr(colon + 1)))});
        }
    }
    return groups;
}

/// Raw: nothing is decoded, since decoding asks for encodings' tables.
Fields header_of(GMimeObject* object) {
    Fields fields;
    GMimeHeaderList* const list = g_mime_object_get_header_list(object);
    for (int i = 0; i < std::min(g_mime_header_list_get_count(list), 500); ++i) {
        GMimeHeader* const header = g_mime_header_list_get_header_at(list, i);
        const char* const name = g_mime_header_get_name(header);
        const char* const value = g_mime_header_get_raw_value(header);
        if (name != nullptr && value != nullptr) {
            fields.push_back({name, std::string(trimmed(value))});
        }
    }
    return fields;
}

/// A part's bytes, its transfer encoding undone.
std::string content_of(GMimeObject* object) {
    GMimeDataWrapper* const wrapper =
        GMIME_IS_PART(object) ? g_mime_part_get_content(GMIME_PART(object)) : nullptr;
    if (wrapper == nullptr) {
        return {};
    }
    const Handle<GMimeStream> memory(g_mime_stream_mem_new());
    (void)g_mime_data_wrapper_write_to_stream(wrapper, memory.get());
    GByteArray* const bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory.get()));
    return {reinterpret_cast<const char*>(bytes->data),
            std::min<std::size_t>(bytes->len, part_bytes_max)};
}

bool is_type(GMimeObject* object, const char* type, const char* subtype) {
    GMimeContentType* const known = g_mime_object_get_content_type(object);
    return known != nullptr && g_mime_content_type_is_type(known, type, subtype) != 0;
}

/// Mailboxes of a field's raw value: what stands around each `@`.
void add_mailboxes(std::string_view value, std::vector<std::string>& to) {
    constexpr std::string_view around = " \t\r\n<>,;:()\"[]";
    while (!value.empty() && to.size() < addressed_max) {
        const std::size_t begin = value.find_first_not_of(around);
        if (begin == std::string_view::npos) {
            return;
        }
        value.remove_prefix(begin);
        const std::string_view word = value.substr(0, value.find_first_of(around));
        if (word.find('@') != std::string_view::npos && word.size() <= 320 &&
            std::find(to.begin(), to.end(), word) == to.end()) {
            to.emplace_back(word);
        }
        value.remove_prefix(word.size());
    }
}

void add_mailboxes(const Fields& fields, std::initializer_list<std::string_view> names,
                   std::vector<std::string>& to) {
    for (const Field& field : fields) {
        for (const std::string_view name : names) {
            if (same_word(field.name, name)) {
                add_mailboxes(field.value, to);
            }
        }
    }
}

/// Of a field like `Fri, 27 Nov 2026 10:00:00 +0800`.
std::optional<TimeMs> moment_of(std::string_view text) {
    if (text.empty() || text.size() > 100) {
        return std::nullopt;
    }
    GDateTime* const time = g_mime_utils_header_decode_date(std::string(text).c_str());
    if (time == nullptr) {
        return std::nullopt;
    }
    const TimeMs moment{g_date_time_to_unix(time) * 1000};
    g_date_time_unref(time);
    return moment;
}

/// Without the comment that may follow it.
std::string_view first_word(std::string_view text) {
    return trimmed(text).substr(0, trimmed(text).find_first_of(" \t("));
}

std::optional<ReportAction> action_of(std::string_view text) {
    for (const ReportAction each :
         {ReportAction::failed, ReportAction::delayed, ReportAction::delivered,
          ReportAction::relayed, ReportAction::expanded}) {
        if (same_word(first_word(text), action_name(each))) {
            return each;
        }
    }
    return std::nullopt;
}

/// `smtp; 550 5.1.1 …`: what stands behind the kind.
std::string_view behind_kind(std::string_view text) {
    const std::size_t at = text.find(';');
    return at == std::string_view::npos ? trimmed(text) : trimmed(text.substr(at + 1));
}

void read_status(std::string_view text, ReturnedMail& to) {
    std::string_view arrival;
    const std::vector<Fields> groups = groups_of(text);
    for (const Fields& group : groups) {
        const std::string_view stated = value_of(group, "Arrival-Date");
        arrival = arrival.empty() ? stated : arrival;
    }
    for (const Fields& group : groups) {
        const auto action = action_of(value_of(group, "Action"));
        if (!action || to.reports.size() >= reports_max) {
            continue;
        }
        const auto last = moment_of(value_of(group, "Last-Attempt-Date"));
        to.reports.push_back({*action, std::string(first_word(value_of(group, "Status"))),
                              std::string(behind_kind(value_of(group, "Diagnostic-Code"))),
                              last ? last : moment_of(arrival)});
    }
}

/// The header of the mail that came back.
void read_original(const Fields& header, ReturnedMail& to) {
    add_mailboxes(header, {"Return-Path"}, to.addressed);
    if (to.original_id.empty()) {
        to.original_id = value_of(header, "Message-ID").substr(0, returned_text_bytes_max);
    }
}

bool is_automatic(const Fields& header) {
    const std::string_view automatic = value_of(header, "Auto-Submitted");
    const std::string_view precedence = value_of(header, "Precedence");
    return same_word(automatic.substr(0, automatic.find_first_of(" \t(;")), "auto-replied") ||
           same_word(precedence, "auto_reply") || !value_of(header, "X-Autoreply").empty() ||
           !value_of(header, "X-Autorespond").empty();
}

/// One part; what is inside it, for the next look.
std::vector<GMimeObject*> look_at(GMimeObject* part, ReturnedMail& to, bool& complaint,
                                  bool& receipt) {
    std::vector<GMimeObject*> inside;
    if (GMIME_IS_MULTIPART(part)) {
        GMimeMultipart* const many = GMIME_MULTIPART(part);
        for (int i = 0; i < std::min(g_mime_multipart_get_count(many), int{parts_max}); ++i) {
            inside.push_back(g_mime_multipart_get_part(many, i));
        }
    } else if (GMIME_IS_MESSAGE_PART(part)) {
        GMimeMessage* const message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));
        if (message != nullptr) {
            read_original(header_of(GMIME_OBJECT(message)), to);
        }
    } else if (is_type(part, "message", "delivery-status") ||
               is_type(part, "message", "global-delivery-status")) {
        read_status(content_of(part), to);
    } else if (is_type(part, "text", "rfc822-headers") ||
               is_type(part, "message", "global-headers")) {
        read_original(groups_of(content_of(part)).front(), to);
    } else if (is_type(part, "message", "feedback-report")) {
        complaint = true;
        for (const Fields& group : groups_of(content_of(part))) {
            add_mailboxes(group, {"Original-Mail-From"}, to.addressed);
        }
    } else {
        receipt = receipt || is_type(part, "message", "disposition-notification");
    }
    return inside;
}

} // namespace

void prepare_reading() {
    // The library's complaints go nowhere: they would quote the mail, and ask how a terminal looks.
    g_log_set_writer_func(
        [](GLogLevelFlags, const GLogField*, gsize, gpointer) { return G_LOG_WRITER_HANDLED; },
        nullptr, nullptr);
    g_mime_init();
}

ReturnedMail read_returned(ByteView mail) {
    ReturnedMail returned;
    if (mail.empty()) {
        return returned;
    }
    const Handle<GMimeStream> stream(
        g_mime_stream_mem_new_with_buffer(reinterpret_cast<const char*>(mail.data()), mail.size()));
    const Handle<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
    const Handle<GMimeObject> whole(g_mime_parser_construct_part(parser.get(), nullptr));
    if (!whole) {
        return returned;
    }
    const Fields header = header_of(whole.get());
    add_mailboxes(header, {"Delivered-To", "X-Original-To", "Envelope-To", "To"},
                  returned.addressed);
    bool complaint = false;
    bool receipt = false;
    std::vector<GMimeObject*> waiting = {whole.get()};
    for (std::size_t looked = 0; !waiting.empty() && looked < parts_max; ++looked) {
        GMimeObject* const part = waiting.back();
        waiting.pop_back();
        const auto inside = look_at(part, returned, complaint, receipt);
        waiting.insert(waiting.end(), inside.rbegin(), inside.rend());
    }
    returned.kind = complaint                         ? Kind::complaint
                    : !returned.reports.empty()       ? Kind::report
                    : receipt || is_automatic(header) ? Kind::automatic_reply
                                                      : Kind::other;
    if (returned.kind != Kind::report) {
        returned.reports.clear();
    }
    return returned;
}

} // namespace songda::delivery
