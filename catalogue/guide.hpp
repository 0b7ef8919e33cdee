#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

/// A service guide (办事指南) as 苏政办发〔2018〕64号 附件2 wants it. The fields are named by the
/// numbers of the reference, G01 to G15. This is the form; whether it says what it must is for
/// guide_lint.hpp.
namespace songda::catalogue {

/// G02 实施依据: one provision, in full.
struct LegalBasis {
    std::string title;           ///< full title, no abbreviation
    std::optional<Date> issued;  ///< 颁布
    std::optional<Date> amended; ///< the latest 修订, absent if there was none
    std::string article;         ///< 第十二条
    std::string text;            ///< what it says
};

/// G04 申请方式: one way to apply and where.
struct ApplyWay {
    std::string kind;   ///< `app`, `wechat`, `web`, `kiosk`, `hall`
    std::string place;  ///< name of the app or account, address on the net or in the town
    std::string window; ///< `hall` only: number of the window
};

/// G05 受理时间.
struct OpeningHours {
    std::string days; ///< 周一至周五（法定节假日除外）
    std::string from; ///< 09:00
    std::string to;
};

/// G06 办理条件 of one kind of business.
struct BusinessConditions {
    std::string business; ///< 新办, 依申请变更, 延续, 补证, 依申请注销, 转让 or another
    std::vector<std::string> conditions;
};

/// G07 申请材料.
struct Material {
    std::string name;
    std::int64_t quantity = 0;
    std::string basis;  ///< the provision that asks for it
    std::string medium; ///< `paper`, `electronic`, `both`
    std::string source; ///< `applicant`, `shared`
    std::string issuer; ///< of a licence or certificate that was issued before; else empty
    bool government_issued = false;
    bool original_required = false;
    bool deferrable = false;  ///< 可以容缺
    std::string requirements; ///< size, stamp, copies; may be empty
};

/// G08 表单填写: one data item of the form and where it comes from.
struct FormItem {
    std::string name;
    std::string source; ///< `applicant`, or who shares it
};

struct Form {
    std::string name;
    std::string kind;         ///< 申请书, 告知承诺书
    std::string blank;        ///< address of the empty form
    std::string instructions; ///< 填写说明
    std::string example;      ///< address of the 示范文本
    std::vector<FormItem> items;
};

/// G09: a procedure whose time is told apart from the limit.
struct SeparateTime {
    std::string name; ///< 听证, 检验, 专家评审
    std::string limit;
    std::string note;
    std::string basis;
};

/// G09 办理时限.
struct TimeLimit {
    std::string promised;        ///< `5工作日` or 当场办结, from acceptance to the end
    std::string statutory;       ///< the same form
    std::string upper_published; ///< what the government above published; empty: nothing
    std::vector<SeparateTime> separate;
};

/// G10 收费情况. Either `free_of_charge` is the exact sentence, or all the others are given.
struct Fee {
    std::string free_of_charge; ///< 本审批事项不收费
    std::string name;
    std::string basis;
    std::string standard;
    std::string pay_time;
    std::string pay_place;
    std::string reduction;

    [[nodiscard]] bool is_charged() const {
        return !name.empty() || !basis.empty() || !standard.empty() || !pay_time.empty() ||
               !pay_place.empty() || !reduction.empty();
    }
};

/// G12 办理流程图: steps in order, each with how it is done without meeting.
struct ChartStep {
    std::string name;
    std::string mode; ///< 网上办理, 邮政寄递, 窗口办理
};
struct Chart {
    std::string kind; ///< `online`, `onsite`, `both`
    std::vector<ChartStep> steps;
};

/// G13, G15 咨询服务.
struct Consultation {
    std::string web;
    std::string phone;
    std::string mail;
    std::string window;
    std::string answer_within; ///< `3工作日`
    std::string answer_way;
};

/// G14 示范文本: one file of the pack.
struct SampleFile {
    std::string of; ///< the form or material that it shows
    std::string file;
    std::string sha256;
};

struct Guide {
    std::string item_name; ///< G01
    std::string item_code; ///< G01
    std::string mode;      ///< `full` 全程不见面, `partial` 最多见一面
    std::int64_t visits_max = 0;
    std::string face_to_face_basis; ///< `partial`: the provision that asks for the visit
    std::vector<LegalBasis> basis;
    std::vector<std::string> applicants; ///< G03
    std::vector<ApplyWay> ways;
    std::vector<OpeningHours> hours;
    std::vector<BusinessConditions> conditions;
    std::vector<Material> materials;
    std::vector<Form> forms;
    TimeLimit limit;
    Fee fee;
    std::vector<std::string> payment_ways; ///< G11
    std::string payment_help;              ///< G11
    std::vector<Chart> charts;
    std::vector<std::string> notes; ///< G13 有关说明
    Consultation consultation;
    std::vector<SampleFile> samples;
};

/// Reads a guide's TOML file (docs/formats/guide.md). Only its form is looked at: unknown keys,
/// wrong types and days that do not exist, all at once with line and key; missing texts read as
/// empty, for the lint to tell. Faults: not_found, invalid_input.
[[nodiscard]] Result<Guide> read_guide(const std::string& path);
[[nodiscard]] Result<Guide> parse_guide(std::string_view text, const std::string& name);

} // namespace songda::catalogue
