#include "api/guide_page.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "api/answers.hpp"

namespace songda::api {
namespace {

using catalogue::Guide;

/// What the words of the file (docs/formats/guide.md) are called on the page.
struct Word {
    std::string_view key;
    std::string_view zh;
};
constexpr std::array words = {
    Word{"full", "全程不见面"},      Word{"partial", "最多见一面"},
    Word{"app", "手机应用"},         Word{"wechat", "微信公众号"},
    Word{"web", "网上申请"},         Word{"kiosk", "自助终端机"},
    Word{"hall", "实体大厅"},        Word{"paper", "纸质"},
    Word{"electronic", "电子"},      Word{"both", "纸质或电子"},
    Word{"applicant", "申请人提供"}, Word{"shared", "部门共享，无需提交"},
    Word{"online", "网上办理流程"},  Word{"onsite", "现场办理流程"},
};

std::string called(std::string_view key) {
    for (const Word& word : words) {
        if (word.key == key) {
            return std::string(word.zh);
        }
    }
    return escape_html(key);
}

/// Writes the sections; a field without a value is left out, a section without fields too.
class Page {
public:
    explicit Page(std::string& to) : to_(to) {}

    void begin(std::string_view zh, std::string_view en) {
        to_ += fmt::format("<section><h2>{} <span lang=\"en\">{}</span></h2>\n", zh, en);
    }
    void end() { to_ += "</section>\n"; }
    void begin_facts() { to_ += "<dl>\n"; }
    void end_facts() { to_ += "</dl>\n"; }
    void fact(std::string_view name, std::string_view value) {
        if (!value.empty()) {
            to_ += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, escape_html(value));
        }
    }
    void link(std::string_view name, std::string_view address) {
        // Only what the lint let through: an address on the net.
        if (address.starts_with("https://") || address.starts_with("http://")) {
            const std::string safe = escape_html(address);
            to_ += fmt::format(
                "<div><dt>{}</dt><dd><a href=\"{}\" rel=\"noreferrer\">{}</a></dd></div>\n", name,
                safe, safe);
        } else {
            fact(name, address);
        }
    }
    void list(const std::vector<std::string>& texts) {
        to_ += "<ol>\n";
        for (const std::string& text : texts) {
            to_ += fmt::format("<li>{}</li>\n", escape_html(text));
        }
        to_ += "</ol>\n";
    }
    void paragraph(std::string_view text) { to_ += fmt::format("<p>{}</p>\n", escape_html(text)); }
    void heading(std::string_view text) { to_ += fmt::format("<h3>{}</h3>\n", escape_html(text)); }
    void raw(std::string_view html) { to_ += html; }

private:
    std::string& to_;
};

std::string day(const std::optional<Date>& date) {
    return date ? to_chinese(*date) : "";
}

void put_item(Page& page, const Guide& guide, const store::EditionRow& edition) {
    page.begin("事项名称和编码", "Item and code");
    page.begin_facts();
    page.fact("事项名称", guide.item_name);
    page.fact("事项编码", guide.item_code);
    page.fact("办理方式", called(guide.mode));
    page.fact("见面依据", guide.face_to_face_basis);
    page.fact("发布文号", edition.document);
    page.fact("施行日期", day(edition.effective_from));
    page.end_facts();
    page.end();
}

void put_basis(Page& page, const Guide& guide) {
    page.begin("实施依据", "Legal basis");
    for (const catalogue::LegalBasis& basis : guide.basis) {
        page.heading("《" + basis.title + "》" + basis.article);
        std::string days = basis.issued ? "颁布 " + day(basis.issued) : "";
        days +=
            basis.amended ? (days.empty() ? "" : "，") + ("最近修订 " + day(basis.amended)) : "";
        page.paragraph(basis.text);
        page.raw(fmt::format("<p class=\"hint\">{}</p>\n", escape_html(days)));
    }
    page.end();
}

void put_ways(Page& page, const Guide& guide) {
    page.begin("申请主体", "Who may apply");
    page.list(guide.applicants);
    page.end();
    page.begin("申请方式", "How to apply");
    page.begin_facts();
    for (const catalogue::ApplyWay& way : guide.ways) {
        page.link(called(way.kind), way.place + (way.window.empty() ? "" : "，窗口 " + way.window));
    }
    page.end_facts();
    page.end();
    page.begin("受理时间", "Opening hours");
    page.begin_facts();
    for (const catalogue::OpeningHours& hours : guide.hours) {
        page.fact(escape_html(hours.days), hours.from + " – " + hours.to);
    }
    page.end_facts();
    page.end();
}

void put_conditions(Page& page, const Guide& guide) {
    page.begin("办理条件", "Conditions");
    for (const catalogue::BusinessConditions& each : guide.conditions) {
        page.heading(each.business);
        page.list(each.conditions);
    }
    page.end();
}

void put_materials(Page& page, const Guide& guide) {
    page.begin("申请材料", "Materials");
    page.raw("<table class=\"materials\"><thead><tr><th>材料名称</th><th>数量</th><th>形式</th>"
             "<th>来源</th><th>依据和要求</th></tr></thead><tbody>\n");
    for (const catalogue::Material& material : guide.materials) {
        std::string more = escape_html(material.basis);
        const auto add = [&more](std::string_view text) {
            more += fmt::format("<br>{}", escape_html(text));
        };
        if (!material.issuer.empty()) {
            add("核发部门：" + material.issuer);
        }
        if (material.original_required) {
            add("须提供原件");
        }
        if (material.deferrable) {
            add("可以容缺");
        }
        if (!material.requirements.empty()) {
            add(material.requirements);
        }
        page.raw(
            fmt::format("<tr><td data-of=\"材料名称\">{}</td><td data-of=\"数量\">{}份</td><td "
                        "data-of=\"形式\">{}</td><td data-of=\"来源\">{}</td><td "
                        "data-of=\"依据和要求\">{}</td></tr>\n",
                        escape_html(material.name), material.quantity, called(material.medium),
                        called(material.source), more));
    }
    page.raw("</tbody></table>\n");
    page.end();
    page.begin("表单填写", "Forms");
    for (const catalogue::Form& form : guide.forms) {
        page.heading(form.name + (form.kind.empty() ? "" : "（" + form.kind + "）"));
        page.begin_facts();
        page.link("空白表格", form.blank);
        page.link("示范文本", form.example);
        page.fact("填写说明", form.instructions);
        for (const catalogue::FormItem& item : form.items) {
            page.fact(escape_html(item.name),
                      item.source == "applicant" ? "由申请人填写" : item.source);
        }
        page.end_facts();
    }
    page.end();
}

void put_limit(Page& page, const Guide& guide) {
    page.begin("办理时限", "Time limit");
    page.begin_facts();
    page.fact("承诺时限", guide.limit.promised);
    page.fact("法定时限", guide.limit.statutory);
    page.fact("上级公布的时限", guide.limit.upper_published);
    for (const catalogue::SeparateTime& time : guide.limit.separate) {
        page.fact(escape_html(time.name), time.limit + "。" + time.note + "（" + time.basis + "）");
    }
    page.end_facts();
    page.end();
}

void put_fee(Page& page, const Guide& guide) {
    page.begin("收费情况", "Fees");
    if (!guide.fee.free_of_charge.empty()) {
        page.paragraph(guide.fee.free_of_charge);
    }
    page.begin_facts();
    page.fact("收费项目", guide.fee.name);
    page.fact("收费依据", guide.fee.basis);
    page.fact("收费标准", guide.fee.standard);
    page.fact("缴费时间", guide.fee.pay_time);
    page.fact("缴费地点", guide.fee.pay_place);
    page.fact("减免情形", guide.fee.reduction);
    std::string ways;
    for (const std::string& way : guide.payment_ways) {
        ways += (ways.empty() ? "" : "、") + way;
    }
    page.fact("支付方式", ways);
    page.fact("支付操作", guide.payment_help);
    page.end_facts();
    page.end();
}

void put_charts(Page& page, const Guide& guide) {
    page.begin("办理流程图", "Steps");
    for (const catalogue::Chart& chart : guide.charts) {
        page.heading(chart.kind == "both" ? "线上线下一致" : called(chart.kind));
        page.raw("<ol class=\"chart\">\n");
        for (const catalogue::ChartStep& step : chart.steps) {
            page.raw(fmt::format("<li><b>{}</b> <span>{}</span></li>\n", escape_html(step.name),
                                 escape_html(step.mode)));
        }
        page.raw("</ol>\n");
    }
    page.end();
}

void put_rest(Page& page, const Guide& guide) {
    if (!guide.notes.empty()) {
        page.begin("有关说明", "Notes");
        page.list(guide.notes);
        page.end();
    }
    if (!guide.samples.empty()) {
        page.begin("示范文本", "Samples");
        page.begin_facts();
        for (const catalogue::SampleFile& sample : guide.samples) {
            page.fact(escape_html(sample.of), sample.file);
        }
        page.end_facts();
        page.end();
    }
    page.begin("咨询服务", "Questions");
    page.begin_facts();
    page.link("网上咨询", guide.consultation.web);
    page.fact("电话", guide.consultation.phone);
    page.fact("电子邮件", guide.consultation.mail);
    page.fact("线下窗口", guide.consultation.window);
    page.fact("答复时间", guide.consultation.answer_within);
    page.fact("答复方式", guide.consultation.answer_way);
    page.end_facts();
    page.end();
}

} // namespace

std::string guide_html(const Guide& guide, const store::EditionRow& edition) {
    std::string html = fmt::format("<h1>{} <span lang=\"en\">Service guide</span></h1>\n",
                                   escape_html(guide.item_name));
    Page page(html);
    put_item(page, guide, edition);
    put_basis(page, guide);
    put_ways(page, guide);
    put_conditions(page, guide);
    put_materials(page, guide);
    put_limit(page, guide);
    put_fee(page, guide);
    put_charts(page, guide);
    put_rest(page, guide);
    return html;
}

std::string guides_html(const std::vector<store::EditionRow>& editions, std::string_view asked) {
    std::string html = fmt::format(
        "<h1>办事指南 <span lang=\"en\">Service guides</span></h1>\n"
        "<form class=\"ask\" action=\"/guides\" method=\"get\"><label for=\"q\">事项名称或编码 "
        "<span "
        "lang=\"en\">Item or code</span></label><p class=\"line\"><input id=\"q\" name=\"q\" "
        "value=\"{}\" maxlength=\"64\"><button>查找 <span "
        "lang=\"en\">Find</span></button></p></form>\n",
        escape_html(asked));
    if (editions.empty()) {
        html += "<section><p>没有找到施行中的办事指南。换一个词再试，或咨询 12345。</p><p "
                "lang=\"en\">No guide in force was found. Try another word, or ask "
                "12345.</p></section>\n";
        return html;
    }
    html += "<ul class=\"doors\">\n";
    for (const store::EditionRow& row : editions) {
        html += fmt::format("<li><a class=\"door\" href=\"/guides/{}\"><h2>{}</h2><p "
                            "class=\"hint\">{}</p></a></li>\n",
                            escape_html(row.name), escape_html(row.title), escape_html(row.name));
    }
    return html + "</ul>\n";
}

} // namespace songda::api
