// sources: http/form_upload.cpp http/message.cpp
// The upload form of any bytes: header line, newline, body. What is read lies inside the body and,
// put into a form of our own writing under another boundary, is read again as the same bytes.
#include "http/form_upload.hpp"

#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view body = text.substr(std::min(end + 1, text.size()));
    const auto file = http::read_form_upload(text.substr(0, end), body, "file");
    if (!file.ok()) {
        SONGDA_CHECK(file.error().fault == Fault::invalid_input);
        return 0;
    }
    const std::string_view content = file.value();
    SONGDA_CHECK(content.data() >= body.data());
    SONGDA_CHECK(content.data() + content.size() + 4 <= body.data() + body.size());
    SONGDA_CHECK(body.size() - content.size() <= http::form_overhead_bytes_max);
    const std::string boundary = "another-boundary-that-no-input-holds";
    if (content.find(boundary) != std::string_view::npos) {
        return 0;
    }
    const std::string again = "--" + boundary +
                              "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"" +
                              "\r\n\r\n" + std::string(content) + "\r\n--" + boundary + "--";
    const auto same =
        http::read_form_upload("multipart/form-data; boundary=" + boundary, again, "file");
    SONGDA_CHECK(same.ok() && same.value() == content);
    return 0;
}
