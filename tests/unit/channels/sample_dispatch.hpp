#pragma once

#include <string>

#include "delivery/channel.hpp"

namespace songda::delivery::samples {

inline constexpr std::string_view mailbox = "zhang.san+licence@mail.example.cn";

/// A licence of a person with a rare surname, and everything that a channel may ask for. Refuses
/// copies: the dispatch points into it.
struct SampleDispatch {
    SampleDispatch() {
        leg.id = *parse_leg_id("0193a1b2c3d47e5f8a9b0c1d2e3f4a5b");
        leg.address = Private<std::string>(std::string(mailbox));
        leg.created = *parse_rfc3339("2026-11-24T09:02:03+08:00");
        document.id = *parse_document_id("0193a1b2c3d47e5f8a9b0c1d2e3f0001");
        document.key = *parse_document_key("7R2M9K4T8WXE3HBC");
        document.department = DepartmentCode{"11320199014138860W"};
        document.department_name = "示例市行政审批局";
        document.number = "JY13201990000019";
        document.title = "食品经营许可证";
        document.holder_masked = "𠮷*";
        document.issued_at = *parse_rfc3339("2026-11-24T09:01:58+08:00");
        document.sample = true;
        collection.link = "https://songda.example.gov.cn/inbox/Zm9vYmFyYmF6cXV4";
        collection.code = Private<std::string>("40718253");
        append(file, "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n\n.\n..\r\n.\r\nFrom here on, bytes:\n");
        for (int i = 0; i < 512; ++i) {
            file.push_back(static_cast<std::uint8_t>(i * 7));
        }
    }
    SampleDispatch(const SampleDispatch&) = delete;
    SampleDispatch& operator=(const SampleDispatch&) = delete;

    [[nodiscard]] Dispatch dispatch() const { return {leg, document, file, collection, now}; }

    store::LegRow leg;
    store::DocumentRow document;
    Collection collection;
    Bytes file;
    TimeMs now = *parse_rfc3339("2026-11-24T09:05:00+08:00");
};

} // namespace songda::delivery::samples
