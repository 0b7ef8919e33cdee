#include "api/item_page.hpp"

#include <array>

#include <fmt/format.h>

#include "api/answers.hpp"
#include "base/json.hpp"

namespace songda::api {
namespace {

using catalogue::Item;
using catalogue::ItemColumn;

/// Members in the order of the columns.
constexpr std::array<std::string_view, catalogue::item_columns> members = {
    "number",        "department",    "item", "sub_item", "code",
    "business_item", "business_code", "mode", "visits",   "class"};

void put_edition(JsonObject& object, const store::EditionRow& edition) {
    object.raw("edition", std::to_string(edition.number));
    object.text("title", edition.title);
    object.text("document", edition.document);
    object.text_if("effective_from",
                   edition.effective_from ? to_text(*edition.effective_from) : "");
}

std::string area_json(const catalogue::Area& area) {
    std::string to;
    put_area(to, area);
    return to;
}

bool mentions(const Item& item, std::string_view words) {
    for (const std::string& text : item.texts) {
        if (text.find(words) != std::string::npos) {
            return true;
        }
    }
    return false;
}

/// A cell with its heading, which small screens show beside it.
std::string cell(ItemColumn column, std::string_view html) {
    return fmt::format("<td data-of=\"{}\">{}</td>", column_name(column), html);
}

std::string item_row(const PublishedList& published, const Item& item) {
    const std::string code = escape_html(item[ItemColumn::code]);
    const std::string& sub_item = item[ItemColumn::sub_item];
    const std::string name = escape_html(item[ItemColumn::item]) +
                             (sub_item.empty() ? "" : "<br>" + escape_html(sub_item));
    const bool guide = published.guides.contains(item[ItemColumn::code]);
    std::string row =
        "<tr>" +
        cell(ItemColumn::item,
             guide ? fmt::format("<a href=\"/guides/{}\">{}</a>", code, name) : name) +
        cell(ItemColumn::business_item, escape_html(item[ItemColumn::business_item])) +
        cell(ItemColumn::department, escape_html(item[ItemColumn::department]));
    if (published.list.present[static_cast<std::size_t>(ItemColumn::mode)]) {
        row += cell(ItemColumn::mode, escape_html(item[ItemColumn::mode]));
    }
    return row + cell(ItemColumn::code, code) + "</tr>\n";
}

std::string list_head(const PublishedList& published, std::string_view words) {
    const std::string code = escape_html(published.area.code);
    return fmt::format(
        "<h1>{} “不见面审批”事项清单 <span lang=\"en\">Items decided without a visit</span></h1>\n"
        "<section><dl><div><dt>发布文号</dt><dd>{}</dd></div><div><dt>施行日期</dt><dd>{}</dd></"
        "div>"
        "<div><dt>表格</dt><dd><a href=\"/api/v1/catalogue/items/{}/csv\">下载 CSV <span "
        "lang=\"en\">Download</span></a></dd></div></dl></section>\n"
        "<form class=\"ask\" action=\"/items/{}\" method=\"get\"><label for=\"q\">事项、部门或编码 "
        "<span lang=\"en\">Item, department or code</span></label><p class=\"line\"><input "
        "id=\"q\" "
        "name=\"q\" value=\"{}\" maxlength=\"64\"><button>查找 <span "
        "lang=\"en\">Find</span></button></p></form>\n",
        escape_html(published.area.name), escape_html(published.edition.document),
        published.edition.effective_from ? to_chinese(*published.edition.effective_from) : "", code,
        code, escape_html(words));
}

std::string coverage_rows(const std::vector<catalogue::CoverageRow>& rows) {
    std::string to;
    append_json_array(to, rows, [&to](const catalogue::CoverageRow& row) {
        const Item& any = row.upper != nullptr ? *row.upper : *row.local;
        JsonObject object(to);
        object.text("code", row.code);
        object.text("item", any[ItemColumn::item]);
        object.text_if("sub_item", any[ItemColumn::sub_item]);
        if (row.upper != nullptr) {
            object.raw("upper_row", std::to_string(row.upper->row));
        }
        if (row.local != nullptr) {
            object.raw("local_row", std::to_string(row.local->row));
        }
        if (row.upper != nullptr && row.local != nullptr) {
            object.text("column", column_name(row.column));
            object.text("upper_name", (*row.upper)[row.column]);
            object.text("local_name", (*row.local)[row.column]);
        }
        object.end();
    });
    return to;
}

} // namespace

void put_area(std::string& to, const catalogue::Area& area) {
    JsonObject object(to);
    object.text("code", area.code);
    object.text("name", area.name);
    object.text("type", area_type_name(area.type));
    object.text("type_zh", area_type_zh(area.type));
    object.text_if("upper", area.upper);
    object.end();
}

std::string items_html(const PublishedList& published, std::string_view words) {
    std::string html = list_head(published, words);
    std::string rows;
    std::size_t shown = 0;
    for (const Item& item : published.list.items) {
        if (words.empty() || mentions(item, words)) {
            rows += item_row(published, item);
            ++shown;
        }
    }
    if (shown == 0) {
        return html + "<section><p>清单中没有这样的事项。换一个词再试，或咨询 12345。</p><p "
                      "lang=\"en\">The list has no such item. Try another word, or ask "
                      "12345.</p></section>\n";
    }
    const bool mode = published.list.present[static_cast<std::size_t>(ItemColumn::mode)];
    html += fmt::format("<section><p class=\"hint\">共 {} 项 <span lang=\"en\">{} items</span></p>"
                        "<table class=\"materials\"><thead><tr><th>事项</th><th>业务项</th>"
                        "<th>审批部门</th>{}<th>编码</th></tr></thead><tbody>\n",
                        shown, shown, mode ? "<th>办理方式</th>" : "");
    return html + rows + "</tbody></table></section>\n";
}

std::string items_json(const PublishedList& published) {
    std::string to;
    JsonObject object(to);
    object.raw("area", area_json(published.area));
    put_edition(object, published.edition);
    object.begin("items");
    append_json_array(to, published.list.items, [&](const Item& item) {
        JsonObject one(to);
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (published.list.present[i]) {
                one.text(members[i], item.texts[i]);
            }
        }
        if (published.guides.contains(item[ItemColumn::code])) {
            one.text("guide", "/api/v1/guides/" + item[ItemColumn::code]);
        }
        one.end();
    });
    object.end();
    return to;
}

std::string item_lists_html(const std::vector<ListedArea>& areas) {
    std::string html = "<h1>“不见面审批”事项清单 <span lang=\"en\">Items decided without a "
                       "visit</span></h1>\n";
    if (areas.empty()) {
        return html + "<section><p>还没有公布清单。</p><p lang=\"en\">No list has been published "
                      "yet.</p></section>\n";
    }
    html += "<ul class=\"doors\">\n";
    for (const ListedArea& each : areas) {
        html += fmt::format("<li><a class=\"door\" href=\"/items/{}\"><h2>{}</h2><p>{}</p><p "
                            "class=\"hint\">{}</p></a></li>\n",
                            escape_html(each.area.code), escape_html(each.area.name),
                            escape_html(each.edition.title), escape_html(each.edition.document));
    }
    return html + "</ul>\n";
}

std::string item_lists_json(const std::vector<ListedArea>& areas) {
    std::string to;
    JsonObject object(to);
    object.begin("lists");
    append_json_array(to, areas, [&to](const ListedArea& each) {
        JsonObject one(to);
        one.raw("area", area_json(each.area));
        put_edition(one, each.edition);
        one.end();
    });
    object.end();
    return to;
}

std::string coverage_json(const catalogue::Coverage& coverage) {
    std::string to;
    JsonObject object(to);
    object.raw("upper_items", std::to_string(coverage.upper_items));
    object.raw("covered", std::to_string(coverage.covered));
    object.raw("missing", coverage_rows(coverage.missing));
    object.raw("differing", coverage_rows(coverage.differing));
    object.raw("local_only", coverage_rows(coverage.local_only));
    object.end();
    return to;
}

} // namespace songda::api
