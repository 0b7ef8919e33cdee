#include "http/form_upload.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "http/detail/field_text.hpp"
#include "http/message.hpp"

namespace songda::http {

using namespace detail;

namespace {

constexpr std::string_view line_end = "\r\n";

Error refuse(const char* why) {
    return {Fault::invalid_input, why};
}

bool is_alphanumeric(char letter) {
    return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= 'a' && letter <= 'z');
}

bool is_token(char letter) {
    static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return is_alphanumeric(letter) || others.find(letter) != std::string_view::npos;
}

/// bchars of RFC 2046 §5.1.1 without the space, which nobody uses and mail gateways lose.
bool is_boundary(std::string_view text) {
    static constexpr std::string_view others = "'()+_,-./:=?";
    for (const char letter : text) {
        if (!is_alphanumeric(letter) && others.find(letter) == std::string_view::npos) {
            return false;
        }
    }
    return !text.empty() && text.size() <= form_boundary_bytes_max;
}

/// `value; name=token; name="quoted"`, read from left to right.
class Parameters {
public:
    explicit Parameters(std::string_view text) : rest_(text) {}

    /// What stands before the first `;`.
    std::string_view take_value() {
        const std::string_view value = rest_.substr(0, std::min(rest_.find(';'), rest_.size()));
        rest_.remove_prefix(value.size());
        return trimmed(value);
    }
    [[nodiscard]] bool done() const { return trimmed(rest_).empty(); }

    struct Parameter {
        std::string_view name;
        std::string_view value;
    };
    /// Nothing when it is not `; name=value`.
    std::optional<Parameter> take() {
        if (rest_.empty() || rest_.front() != ';') {
            return std::nullopt;
        }
        rest_.remove_prefix(1);
        skip_spaces();
        const std::string_view name = take_token();
        if (name.empty() || rest_.empty() || rest_.front() != '=') {
            return std::nullopt;
        }
        rest_.remove_prefix(1);
        const auto value = rest_.starts_with('"') ? take_quoted() : std::optional(take_token());
        skip_spaces();
        if (!value || (!rest_.empty() && rest_.front() != ';')) {
            return std::nullopt;
        }
        return Parameter{name, *value};
    }

private:
    void skip_spaces() {
        while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) {
            rest_.remove_prefix(1);
        }
    }
    std::string_view take_token() {
        std::size_t size = 0;
        while (size < rest_.size() && is_token(rest_[size])) {
            ++size;
        }
        const std::string_view token = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return token;
    }
    std::optional<std::string_view> take_quoted() {
        const std::size_t end = rest_.find('"', 1);
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        const std::string_view value = rest_.substr(1, end - 1);
        rest_.remove_prefix(end + 1);
        for (const char letter : value) {
            if (letter == '\\' || static_cast<unsigned char>(letter) < ' ' || letter == 0x7F) {
                return std::nullopt;
            }
        }
        return value;
    }

    std::string_view rest_;
};

/// The boundary that the request's Content-Type names; empty when there is none to be sure of.
std::string_view boundary_of(std::string_view content_type) {
    Parameters parameters(content_type);
    if (!same_name(parameters.take_value(), "multipart/form-data")) {
        return {};
    }
    const auto boundary = parameters.take();
    const bool only = boundary && parameters.done() && same_name(boundary->name, "boundary");
    return only && is_boundary(boundary->value) ? boundary->value : std::string_view();
}

/// Does this Content-Disposition name a file of the field?
bool is_file_of(std::string_view disposition, std::string_view field) {
    Parameters parameters(disposition);
    if (!same_name(parameters.take_value(), "form-data")) {
        return false;
    }
    bool named = false;
    bool file = false;
    while (!parameters.done()) {
        const auto parameter = parameters.take();
        if (!parameter) {
            return false;
        }
        if (same_name(parameter->name, "name") && !named && parameter->value == field) {
            named = true;
        } else if (same_name(parameter->name, "filename") && !file) {
            file = true;
        } else {
            return false;
        }
    }
    return named && file;
}

/// The lines of the part's head, each `Name: value`.
Result<void> check_part_head(std::string_view head, std::string_view field) {
    bool disposition = false;
    bool type = false;
    while (!head.empty()) {
        const std::size_t end = head.find(line_end);
        const std::string_view line = head.substr(0, end);
        head.remove_prefix(end + line_end.size());
        const std::size_t colon = std::min(line.find(':'), line.size());
        const std::string_view name = line.substr(0, colon);
        const std::string_view value = line.substr(std::min(colon + 1, line.size()));
        const bool is_disposition = same_name(name, "Content-Disposition");
        bool& seen = is_disposition ? disposition : type;
        if (seen || (!is_disposition && !same_name(name, "Content-Type"))) {
            return refuse("the form's part has a header that is not taken, or one twice");
        }
        seen = true;
        if (is_disposition && !is_file_of(value, field)) {
            return refuse("the form's part is not the file that is asked for");
        }
    }
    return disposition ? Result<void>() : refuse("the form's part has no name");
}

} // namespace

Result<std::string_view> read_form_upload(std::string_view content_type, std::string_view body,
                                          std::string_view field) {
    const std::string_view boundary = boundary_of(content_type);
    if (boundary.empty()) {
        return refuse("not multipart/form-data with a boundary");
    }
    const std::string delimiter = "\r\n--" + std::string(boundary);
    if (!body.starts_with(std::string_view(delimiter).substr(line_end.size())) ||
        !body.substr(delimiter.size() - line_end.size()).starts_with(line_end)) {
        return refuse("the form does not begin with its boundary");
    }
    // What is left begins with the line end that closes the first delimiter.
    std::string_view rest = body.substr(delimiter.size() - line_end.size());
    const std::size_t head_end = rest.substr(0, form_part_head_bytes_max).find("\r\n\r\n");
    if (head_end == std::string_view::npos) {
        return refuse("the head of the form's part does not end, or is too long");
    }
    const std::string_view head = rest.substr(line_end.size(), head_end);
    const auto checked = check_part_head(head, field);
    if (!checked.ok()) {
        return checked.error();
    }
    rest.remove_prefix(head_end + line_end.size()); // keeps the line end before the content
    const std::size_t end = rest.find(delimiter);
    if (end == std::string_view::npos || end < line_end.size()) {
        return refuse("the form does not end with its boundary");
    }
    const std::string_view tail = rest.substr(end + delimiter.size());
    if (tail != "--\r\n" && tail != "--") {
        return refuse("the form has more than one part, or something after its end");
    }
    return rest.substr(line_end.size(), end - line_end.size());
}

} // namespace songda::http
