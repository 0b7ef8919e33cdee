#pragma once

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "issuer/render/detail/deflate.hpp"
#include "issuer/render/renderer.hpp"

/// The templates with values for them, set and written to a file for tools to read.
namespace songda::issuer {

inline const DepartmentFace face{"11320199014138860W", "示例市行政审批局", "示审", "320199",
                                 "示例市行政审批局"};

inline std::shared_ptr<const FontSet> fonts() {
    static const auto loaded = [] {
        auto set = FontSet::load(SONGDA_SOURCE_DIR "/build/fonts");
        if (!set.ok()) {
            std::fprintf(stderr, "%s\n", set.error().detail.c_str());
            std::abort();
        }
        return set.value();
    }();
    return loaded;
}

inline std::shared_ptr<const CompiledTemplate> compiled(const std::string& name,
                                                        bool sample = true) {
    const auto spec = read_template(SONGDA_SOURCE_DIR "/templates/" + name);
    EXPECT_TRUE(spec.ok()) << spec.error().detail;
    const auto made = compile_template(spec.value(), face, fonts(),
                                       {1514, sample ? PageMark::sample : PageMark::none});
    EXPECT_TRUE(made.ok()) << made.error().detail;
    return made.value();
}

using Values = std::vector<NamedValue>;

/// Of the widest letters.
inline constexpr std::string_view identifier =
    "1.2.156.3005.2.11100000MB0143028R038.11320199014138860W.WMWMWMWMWMWMWMWMWMWM.999.W";

inline Values licence_values() {
    return {{"number", "JY13201990000017"},
            {"key", "0123 4567 89AB CDEF"},
            {"decided_on", "2026-11-20"},
            {"valid_from", "2026-11-20"},
            {"valid_until", "2031-11-19"},
            {"recipient.name", "示例市鑫𠮷（国际）餐饮管理集团有限责任公司第一分公司"},
            {"recipient.code", "91320199MA1N0ABC0X"},
            {"identifier", identifier},
            {"fields.legal_representative", "欧阳喆珺"},
            {"fields.domicile", "江苏省示例市滨江区龙䶮路１８号江畔花园３幢二单元１２０１室"},
            {"fields.premises", "江苏省示例市滨江区解放东路288号KFC大厦B座负一层"},
            {"fields.business_form", "餐饮服务经营者（大型餐馆）"},
            {"fields.business_items", "预包装食品（含冷藏冷冻食品）销售，热食类食品制售，冷食类食品"
                                      "制售，糕点类食品制售，自制饮品制售"},
            {"fields.supervisor", "示例市滨江区市场监督管理局"},
            {"fields.signatory", "陆㛃"}};
}

inline Values pharmacist_values() {
    return {{"number", "3201992026000015"},
            {"key", "0123 4567 89AB CDEF"},
            {"decided_on", "2026-11-20"},
            {"valid_until", "2031-11-19"},
            {"recipient.name", "古丽娜扎尔·阿卜杜热合曼"},
            {"recipient.code", "320199198205269694"},
            {"identifier", identifier},
            {"fields.sex", "女"},
            {"fields.category", "药学与中药学类"},
            {"fields.scope", "药品经营"},
            {"fields.unit", "示例市喆悦大药房连锁有限责任公司滨江区龙䶮大道第一分店（自助售药处）"},
            {"fields.qualification", "ZY355400488"}};
}

inline Values annotated_values() {
    return {{"number", "3201992026000015"},
            {"key", "0123 4567 89AB CDEF"},
            {"decided_on", "2026-11-20"},
            {"valid_until", "2027-05-19"},
            {"recipient.name", "示例市鑫𠮷（国际）餐饮管理集团有限责任公司第一分公司"},
            {"recipient.code", "91320199MA1N0ABC0X"},
            {"identifier", identifier},
            {"related.title", "食品经营许可证"},
            {"related.decided_on", "2026-11-16"},
            {"related.valid_until", "长期"},
            {"fields.purpose", "申请纳入示例市网络餐饮服务平台经营者名录并在平台首页公示证照信息"},
            {"fields.maker", "示例市行政审批局政务服务窗口"}};
}

/// 250 × 350 pixels of one grey.
inline const Photo& grey_photo() {
    static const Photo photo = [] {
        Photo made{Photo::Form::png, 250, 350, 1, {}};
        made.data = detail::deflate(Bytes(251 * 350, 0));
        return made;
    }();
    return photo;
}

inline Values letter_values() {
    return {{"number", "示审许准〔2026〕17号"},
            {"key", "0123 4567 89AB CDEF"},
            {"decided_on", "2026-11-20"},
            {"recipient.name", "示例市滨江建设发展有限公司"},
            {"recipient.code", "91320199MA1N0ABC0X"},
            {"fields.item_name", "建筑工程施工许可证核发"},
            {"fields.applied_on", "2026-11-02"},
            {"fields.accepted_on", "2026-11-04"},
            {"fields.basis",
             "《中华人民共和国行政许可法》第三十八条第一款、《中华人民共和国建筑法》第七条"},
            {"fields.decision_text", "准予滨江花园二期住宅楼工程施工，建筑面积48,"
                                     "600平方米，工期自2026年12月1日起至2028年5月31日止。"},
            {"fields.licence_handed", "建筑工程施工许可证"}};
}

inline RenderInput input_of(const Values& values) {
    static const std::string payload(228, 'K');
    static const std::string record = "{\"key\":\"0123456789ABCDEF\"}";
    static const std::string metadata = "{\"ZZMC\":\"食品经营许可证\"}";
    const auto names = [&values](std::string_view name) {
        return std::any_of(values.begin(), values.end(),
                           [name](const NamedValue& value) { return value.name == name; });
    };
    RenderInput input{values,
                      as_bytes(record),
                      sha256(as_bytes(record)),
                      "https://verify.example.gov.cn/v/0123456789ABCDEF#",
                      payload,
                      *parse_rfc3339("2026-11-24T01:02:03.004Z"),
                      {}};
    input.licence_metadata = names("identifier") ? as_bytes(metadata) : ByteView{};
    input.photo = names("fields.sex") ? &grey_photo() : nullptr;
    return input;
}

inline std::string run(const std::string& command) {
    std::string output;
    FILE* const pipe = popen(command.c_str(), "r");
    std::array<char, 4096> buffer{};
    for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
        output.append(buffer.data(), got);
    }
    pclose(pipe);
    return output;
}

inline std::string without_space(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '\f'; });
    return text;
}

inline constexpr std::array template_names = {
    "food-business-licence", "food-business-licence-duplicate", "pharmacist-registration",
    "licence-annotated-copy", "permit-decision"};

inline std::string short_name(std::string_view name) {
    return name == "permit-decision"                   ? "Letter"
           : name == "food-business-licence"           ? "Licence"
           : name == "food-business-licence-duplicate" ? "Duplicate"
           : name == "pharmacist-registration"         ? "Photo"
                                                       : "Annotated";
}

class RenderTest : public ::testing::TestWithParam<const char*> {
protected:
    RenderTest() {
        folder_ = std::filesystem::temp_directory_path() /
                  (std::string("songda-render-") + std::to_string(getpid()));
        std::filesystem::create_directories(folder_);
    }
    ~RenderTest() override { std::filesystem::remove_all(folder_); }

    static Values values() {
        const std::string_view name = GetParam();
        return name == "permit-decision"           ? letter_values()
               : name == "pharmacist-registration" ? pharmacist_values()
               : name == "licence-annotated-copy"  ? annotated_values()
                                                   : licence_values();
    }

    std::string write(const Unsigned& made) {
        const std::string path = folder_ / "page.pdf";
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(made.file.data()),
                   std::streamsize(made.file.size()));
        if (const char* const kept = std::getenv("SONGDA_KEEP_PAGES")) { // to look at them
            std::filesystem::copy_file(path, std::string(kept) + '/' + GetParam() + ".pdf",
                                       std::filesystem::copy_options::overwrite_existing);
        }
        return path;
    }
    Unsigned render(const Values& values, bool sample = true) {
        auto made = Renderer().render(*compiled(GetParam(), sample), input_of(values));
        EXPECT_TRUE(made.ok()) << made.error().detail;
        return std::move(made).value();
    }

    std::filesystem::path folder_;
};

} // namespace songda::issuer
