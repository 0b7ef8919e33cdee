#include "catalogue/guide_lint.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "base/utf8.hpp"

namespace songda::catalogue {
namespace {

constexpr std::string_view free_sentence = "本审批事项不收费";

const GuideRule& find_rule(std::string_view id) {
    const auto& rules = guide_rules();
    const auto found = std::find_if(rules.begin(), rules.end(),
                                    [id](const GuideRule& rule) { return rule.id == id; });
    SONGDA_CHECK(found != rules.end());
    return *found;
}

bool any_empty(std::initializer_list<std::string_view> texts) {
    return std::any_of(texts.begin(), texts.end(), [](auto text) { return text.empty(); });
}

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& choices) {
    return std::find(choices.begin(), choices.end(), text) != choices.end();
}

/// `09:00` → minutes of the day.
std::optional<int> parse_hour(std::string_view text) {
    const auto digit = [text](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
    if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) {
        return std::nullopt;
    }
    const int hour = (text[0] - '0') * 10 + text[1] - '0';
    const int minute = (text[3] - '0') * 10 + text[4] - '0';
    return hour < 24 && minute < 60 ? std::optional(hour * 60 + minute) : std::nullopt;
}

/// Laws of the National People's Congress bear the country's name; 办法 are no laws.
bool is_short_title(std::string_view title) {
    if (title.starts_with("《") && title.ends_with("》")) {
        title.remove_prefix(std::string_view("《").size());
        title.remove_suffix(std::string_view("》").size());
    }
    const bool law = title.ends_with("法") && !title.ends_with("办法");
    return (law && !title.starts_with("中华人民共和国")) ||
           title.find("有关法律") != std::string_view::npos ||
           title.find("相关法律") != std::string_view::npos || title.ends_with("等");
}

class Linter {
public:
    Linter(const Guide& guide, const PowerList& power_list)
        : guide_(guide), power_list_(power_list) {}

    std::vector<GuideFinding> run() {
        for (const auto step :
             {&Linter::item, &Linter::basis, &Linter::applicants, &Linter::ways, &Linter::hours,
              &Linter::conditions, &Linter::materials, &Linter::forms, &Linter::limit, &Linter::fee,
              &Linter::charts, &Linter::consultation, &Linter::samples}) {
            (this->*step)();
        }
        return std::move(findings_);
    }

private:
    void tell(std::string_view rule, std::string where, std::string_view text = {}) {
        findings_.push_back({&find_rule(rule), std::move(where), std::string(text)});
    }

    /// Calls `look(row, "key[2]")` for each row.
    template <class Row, class Look>
    static void each(const std::vector<Row>& rows, const std::string& key, Look look) {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            look(rows[i], key + '[' + std::to_string(i + 1) + ']');
        }
    }

    void item() {
        static constexpr std::array<std::string_view, 2> modes = {"full", "partial"};
        if (!is_one_of(guide_.mode, modes)) {
            tell("S07.mode", "item.mode", guide_.mode);
        } else if (guide_.visits_max > (guide_.mode == "partial" ? 1 : 0)) {
            tell("S07.visits", "item.visits_max", std::to_string(guide_.visits_max));
        }
        if (guide_.mode == "partial" && guide_.face_to_face_basis.empty()) {
            tell("S10.basis", "item.face_to_face_basis");
        }
        if (any_empty({guide_.item_name, guide_.item_code})) {
            tell("G01.missing", "item");
        } else if (power_list_) {
            const auto name = power_list_(guide_.item_code);
            if (!name) {
                tell("G01.power_list", "item.code", guide_.item_code);
            } else if (*name != guide_.item_name) {
                tell("G01.power_list", "item.name", guide_.item_name);
            }
        }
    }

    void basis() {
        if (guide_.basis.empty()) {
            tell("G02.missing", "basis");
        }
        each(guide_.basis, "basis", [this](const LegalBasis& basis, const std::string& where) {
            if (!basis.issued || any_empty({basis.title, basis.article, basis.text})) {
                tell("G02.missing", where, basis.title);
            }
            if (is_short_title(basis.title)) {
                tell("G02.full_title", where + ".title", basis.title);
            }
            const std::size_t number = basis.article.find("第");
            if (!basis.article.empty() && (number == std::string::npos ||
                                           basis.article.find("条", number) == std::string::npos)) {
                tell("G02.article", where + ".article", basis.article);
            }
            if (basis.issued && basis.amended && *basis.amended < *basis.issued) {
                tell("G02.dates", where + ".amended", to_text(*basis.amended));
            }
        });
    }

    void applicants() {
        if (guide_.applicants.empty() ||
            std::find(guide_.applicants.begin(), guide_.applicants.end(), "") !=
                guide_.applicants.end()) {
            tell("G03.missing", "item.applicants");
        }
    }

    void ways() {
        static constexpr std::array<std::string_view, 5> kinds = {"app", "wechat", "web", "kiosk",
                                                                  "hall"};
        if (guide_.ways.empty()) {
            tell("G04.missing", "way");
        }
        each(guide_.ways, "way", [this](const ApplyWay& way, const std::string& where) {
            if (!is_one_of(way.kind, kinds)) {
                tell("G04.kind", where + ".kind", way.kind);
            }
            if (way.place.empty() || (way.kind == "hall" && way.window.empty())) {
                tell("G04.missing", where, way.kind);
            }
            if (way.kind == "web" && !way.place.empty() && !is_net_address(way.place)) {
                tell("G04.address", where + ".place", way.place);
            }
        });
    }

    void hours() {
        if (guide_.hours.empty()) {
            tell("G05.missing", "hours");
        }
        each(guide_.hours, "hours", [this](const OpeningHours& hours, const std::string& where) {
            const auto from = parse_hour(hours.from);
            const auto to = parse_hour(hours.to);
            if (hours.days.empty()) {
                tell("G05.missing", where + ".days");
            }
            if (!from || !to || *from >= *to) {
                tell("G05.hours", where, hours.from + '-' + hours.to);
            }
        });
    }

    void conditions() {
        if (guide_.conditions.empty()) {
            tell("G06.missing", "business");
        }
        each(guide_.conditions, "business",
             [this](const BusinessConditions& business, const std::string& where) {
                 if (business.business.empty() || business.conditions.empty()) {
                     tell("G06.missing", where, business.business);
                 }
                 each(business.conditions, where + ".conditions",
                      [this](const std::string& condition, const std::string& at) {
                          if (const auto words = find_catch_all(condition)) {
                              tell("G06.catch_all", at, *words);
                          }
                      });
             });
    }

    void materials() {
        each(guide_.materials, "material",
             [this](const Material& material, const std::string& where) {
                 static constexpr std::array<std::string_view, 3> media = {"paper", "electronic",
                                                                           "both"};
                 static constexpr std::array<std::string_view, 2> sources = {"applicant", "shared"};
                 if (material.quantity < 1 || any_empty({material.name, material.basis})) {
                     tell("G07.missing", where, material.name);
                 }
                 if (!is_one_of(material.medium, media)) {
                     tell("G07.medium", where + ".medium", material.medium);
                 }
                 if (!is_one_of(material.source, sources)) {
                     tell("G07.source", where + ".source", material.source);
                 }
                 if (material.government_issued && material.issuer.empty()) {
                     tell("G07.issuer", where + ".issuer", material.name);
                 }
                 if (material.government_issued &&
                     (material.original_required || material.source == "applicant")) {
                     tell("G07.original", where, material.name);
                 }
                 for (const std::string* const text : {&material.name, &material.requirements}) {
                     if (const auto words = find_catch_all(*text)) {
                         tell("G07.catch_all", where, *words);
                     }
                 }
             });
    }

    void forms() {
        if (guide_.forms.size() != 1) {
            tell("G08.one_form", "form", std::to_string(guide_.forms.size()));
        }
        each(guide_.forms, "form", [this](const Form& form, const std::string& where) {
            if (form.items.empty() ||
                any_empty({form.name, form.kind, form.blank, form.instructions, form.example})) {
                tell("G08.missing", where, form.name);
            }
            each(form.items, where + ".item", [this](const FormItem& item, const std::string& at) {
                if (any_empty({item.name, item.source})) {
                    tell("G08.item_source", at, item.name);
                }
            });
        });
    }

    /// Tells of a limit that has another form.
    std::optional<int> limit_of(const std::string& text, const std::string& where) {
        const auto days = parse_time_limit(text);
        if (!days) {
            tell("G09.form", where, text);
        }
        return days;
    }

    void limit() {
        const TimeLimit& limit = guide_.limit;
        const auto promised = limit_of(limit.promised, "limit.promised");
        const auto statutory = limit_of(limit.statutory, "limit.statutory");
        if (promised && statutory && *promised > *statutory) {
            tell("G09.over_statutory", "limit.promised", limit.promised);
        }
        if (!limit.upper_published.empty()) {
            const auto upper = limit_of(limit.upper_published, "limit.upper_published");
            if (promised && upper && *promised > *upper) {
                tell("G09.over_upper", "limit.promised", limit.promised);
            }
        }
        each(limit.separate, "limit.separate",
             [this](const SeparateTime& time, const std::string& where) {
                 if (any_empty({time.name, time.note, time.basis})) {
                     tell("G09.separate", where, time.name);
                 }
                 static_cast<void>(limit_of(time.limit, where + ".limit"));
             });
    }

    void fee() {
        const Fee& fee = guide_.fee;
        const bool charged = fee.is_charged();
        if (!fee.free_of_charge.empty()) {
            if (fee.free_of_charge != free_sentence) {
                tell("G10.free", "fee.free_of_charge", fee.free_of_charge);
            }
            if (charged) {
                tell("G10.both", "fee", fee.name);
            }
            return;
        }
        if (any_empty(
                {fee.name, fee.basis, fee.standard, fee.pay_time, fee.pay_place, fee.reduction})) {
            tell("G10.missing", "fee", fee.name);
        }
        if (charged && (guide_.payment_ways.empty() || guide_.payment_help.empty())) {
            tell("G11.missing", "payment");
        }
    }

    void charts() {
        if (guide_.charts.empty()) {
            tell("G12.missing", "chart");
        }
        each(guide_.charts, "chart", [this](const Chart& chart, const std::string& where) {
            if (chart.steps.empty() || chart.steps.back().name.find("送达") == std::string::npos) {
                tell("G12.end", where, chart.steps.empty() ? "" : chart.steps.back().name);
            }
            each(chart.steps, where + ".step",
                 [this](const ChartStep& step, const std::string& at) {
                     if (any_empty({step.name, step.mode})) {
                         tell("G12.mode", at, step.name);
                     }
                 });
        });
    }

    void consultation() {
        const Consultation& by = guide_.consultation;
        if (by.window.empty() || (by.web.empty() && by.phone.empty() && by.mail.empty())) {
            tell("G13.missing", "consultation");
        }
        if (any_empty({by.answer_within, by.answer_way})) {
            tell("G15.missing", "consultation");
        }
    }

    void samples() {
        for (const Form& form : guide_.forms) {
            if (std::none_of(guide_.samples.begin(), guide_.samples.end(),
                             [&](const SampleFile& sample) { return sample.of == form.name; })) {
                tell("G14.missing", "sample", form.name);
            }
        }
        each(guide_.samples, "sample", [this](const SampleFile& sample, const std::string& where) {
            const bool hash =
                sample.sha256.size() == 64 &&
                sample.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
            if (!hash || any_empty({sample.of, sample.file})) {
                tell("G14.hash", where, sample.file);
            }
        });
    }

    const Guide& guide_;
    const PowerList& power_list_;
    std::vector<GuideFinding> findings_;
};

} // namespace

std::vector<GuideFinding> lint_guide(const Guide& guide, const PowerList& power_list) {
    return Linter(guide, power_list).run();
}

bool is_net_address(std::string_view text) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (text.starts_with(scheme)) {
            const std::string_view host = text.substr(
                scheme.size(), text.find_first_of("/?#", scheme.size()) - scheme.size());
            return host.find('.') != std::string_view::npos && !host.starts_with('.') &&
                   std::all_of(text.begin(), text.end(),
                               [](char c) { return c > 0x20 && c < 0x7F; });
        }
    }
    return false;
}

std::optional<std::string> find_catch_all(std::string_view text) {
    // 法律、法规规定的其他…: at most six characters between the source and 规定的其他.
    static constexpr std::string_view rest = "规定的其他";
    for (std::size_t end = text.find(rest); end != std::string_view::npos;
         end = text.find(rest, end + 1)) {
        for (const std::string_view source : {"法律", "法规", "规章", "规范性文件"}) {
            const std::size_t begin = text.rfind(source, end);
            if (begin != std::string_view::npos && begin + source.size() <= end &&
                count_code_points(
                    text.substr(begin + source.size(), end - begin - source.size())) <= 6) {
                return std::string(text.substr(begin, end + rest.size() - begin));
            }
        }
    }
    for (const std::string_view words : {"其他条件", "其他材料", "其他情形", "其他要求"}) {
        if (text.find(words) != std::string_view::npos) {
            return std::string(words);
        }
    }
    for (const std::string_view end : {"等材料", "等条件", "等其他材料", "等其他条件"}) {
        if (text.ends_with(end)) {
            return std::string(end);
        }
    }
    for (const std::string_view begin : {"认为需要", "认为应当"}) {
        const std::size_t at = text.find(begin);
        const std::size_t end = at == std::string_view::npos ? at : text.rfind("的");
        if (at != std::string_view::npos && end != std::string_view::npos && end > at) {
            return std::string(text.substr(at, end + std::string_view("的").size() - at));
        }
    }
    return std::nullopt;
}

std::optional<int> parse_time_limit(std::string_view text) {
    static constexpr std::string_view unit = "工作日";
    static constexpr std::size_t digits_max = 4;
    if (text == "当场办结") {
        return 0;
    }
    if (!text.ends_with(unit)) {
        return std::nullopt;
    }
    text.remove_suffix(unit.size());
    if (text.empty() || text.size() > digits_max || text[0] == '0' ||
        text.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
    }
    return std::stoi(std::string(text));
}

} // namespace songda::catalogue
