#include "api/problem_page.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "api/accept.hpp"
#include "api/pages.hpp"

namespace songda::api {
namespace {

constexpr std::string_view problem_type = "application/problem+json";
constexpr std::string_view status_mark = "<!--SONGDA:STATUS ";
constexpr std::string_view wait_mark = "<!--SONGDA:WAIT-->";
constexpr std::string_view no_wait_mark = "<!--SONGDA:NO-WAIT-->";
constexpr std::string_view end_mark = "<!--SONGDA:END-->";
constexpr std::string_view seconds_place = "{seconds}";

/// The part of `text` before `mark`; `text` goes on behind it.
std::string_view take_until(std::string_view& text, std::string_view mark) {
    const std::size_t at = std::min(text.find(mark), text.size());
    const std::string_view part = text.substr(0, at);
    text.remove_prefix(std::min(at + mark.size(), text.size()));
    return part;
}

std::string with_seconds(std::string text, std::string_view seconds) {
    for (std::size_t at = text.find(seconds_place); at != std::string::npos;
         at = text.find(seconds_place, at + seconds.size())) {
        text.replace(at, seconds_place.size(), seconds);
    }
    return text;
}

/// Seconds of Retry-After; empty without it or when it is a date.
std::string_view seconds_to_wait(const http::Response& response) {
    for (const auto& [name, value] : response.headers) {
        if (http::same_name(name, "Retry-After") && !value.empty() &&
            value.find_first_not_of("0123456789") == std::string::npos) {
            return value;
        }
    }
    return {};
}

} // namespace

Result<ProblemPages> ProblemPages::load(const std::string& web_folder) {
    const std::string path = web_folder + "/problem.html";
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        return Error{Fault::not_found, path + ": the page cannot be read"};
    }
    std::ostringstream text;
    text << in.rdbuf();
    return cut(text.str());
}

Result<ProblemPages> ProblemPages::cut(std::string_view html) {
    ProblemPages pages;
    std::string_view texts = html;
    pages.before_ = take_until(texts, status_mark);
    std::string_view rest = texts;
    texts = take_until(rest, end_mark);
    pages.after_ = rest;
    while (!texts.empty()) {
        std::string_view text = take_until(texts, status_mark);
        const std::string_view digits = take_until(text, "-->");
        int status = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), status);
        Text made;
        made.always = take_until(text, wait_mark);
        made.waiting = take_until(text, no_wait_mark);
        made.no_wait = text;
        pages.texts_[status] = std::move(made);
    }
    const bool whole = !pages.after_.empty() && pages.texts_.contains(400) &&
                       pages.texts_.contains(500) && !pages.texts_.contains(0);
    return whole ? Result<ProblemPages>(std::move(pages))
                 : Error{Fault::invalid_input, "problem.html: a mark or status is missing"};
}

const ProblemPages::Text& ProblemPages::text_of(int status) const {
    const auto found = texts_.find(status);
    return found != texts_.end() ? found->second : texts_.at(status < 500 ? 400 : 500);
}

void ProblemPages::present(const http::Request& request, http::Response& response) const {
    if (response.content_type != problem_type) {
        return;
    }
    response.headers.emplace_back("Vary", "Accept");
    if (!prefers_html(request.header("Accept"))) {
        return;
    }
    const Text& text = text_of(response.status);
    const std::string_view seconds = seconds_to_wait(response);
    response.body = before_ + text.always +
                    (seconds.empty() ? text.no_wait : with_seconds(text.waiting, seconds)) + after_;
    response.content_type = "text/html; charset=utf-8";
    for (auto& header : page_headers()) {
        response.headers.push_back(std::move(header));
    }
}

} // namespace songda::api
