#include "issuer/templates/sample_decision.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <zlib.h>

#include "base/json.hpp"
#include "base/random.hpp"
#include "base/text_codec.hpp"
#include "base/utf8.hpp"
#include "issuer/licence.hpp"
#include "issuer/profile_check.hpp"
#include "issuer/render/detail/deflate.hpp"
#include "issuer/render/png.hpp"
#include "issuer/templates/number_pattern.hpp"

namespace songda::issuer {
namespace {

constexpr std::size_t sample_elements = 2;
constexpr std::size_t longest_elements = 5;
constexpr unsigned photo_dpi = 240;
constexpr std::uint8_t photo_grey = 0xC8;
constexpr std::string_view sample_organisation = "示例市滨江区江畔餐饮管理有限公司";
constexpr std::string_view sample_person = "欧阳示例";

/// What a field of that label may well say. The first that the label or name holds.
struct Said {
    std::string_view label;
    std::string_view words;
};
constexpr std::array said = {
    Said{"凭据", "2026年11月20日签署的《送达地址确认书》"},
    Said{"代表人", "欧阳示例"},
    Said{"签发人", "欧阳示例"},
    Said{"收件人", "欧阳示例"},
    Said{"代收人", "司马示例"},
    Said{"送达人", "司马示例、上官示例"},
    Said{"见证人", "诸葛示例"},
    Said{"机构", "示例市滨江区市场监督管理局"},
    Said{"机关", "示例市人民政府"},
    Said{"单位", "示例市江畔大药房有限公司"},
    Said{"住所", "江苏省示例市滨江区解放路18号3幢201室"},
    Said{"场所", "江苏省示例市滨江区文昌路6号一层"},
    Said{"地址", "江苏省示例市滨江区文昌路6号一层"},
    Said{"地点", "江苏省示例市滨江区文昌路6号一层"},
    Said{"电话", "025-12345"},
    Said{"期限", "收到本通知书之日起十个工作日内"},
    Said{"时限", "十个工作日"},
    Said{"时间", "15个工作日"},
    Said{"依据", "《中华人民共和国行政许可法》第三十八条第一款"},
    Said{"事项", "食品经营许可"},
    Said{"业态", "餐饮服务经营者（中型餐馆）"},
    Said{"项目", "热食类食品制售，冷食类食品制售，自制饮品制售"},
    Said{"文号", "示审许准〔2026〕17号"},
    Said{"证件名称", "食品经营许可证"},
    Said{"编号", "JY13201990000017"},
    Said{"文书名称", "准予行政许可决定书"},
    Said{"承诺书", "2026年11月20日签署的《申请容缺受理承诺书》"},
    Said{"材料", "食品安全管理制度文本"},
    Said{"附件", "食品安全管理制度文本"},
    Said{"用途", "在网络餐饮服务平台首页公示"},
    Said{"陈述", "申请人未提出陈述、申辩。"},
    Said{"补偿", "给予申请人补偿2000元。"},
    Said{"制作者", "示例市政务服务中心窗口"},
    Said{"理由", "申请人提交的材料不符合法定形式，与现场核查的情况不一致。"},
    Said{"内容", "准予从事餐饮服务经营，有效期五年。"},
};

std::string text_for(std::string_view label, std::size_t characters_max, bool longest) {
    std::string_view words = "按规定填写的内容";
    for (const Said& each : said) {
        if (label.find(each.label) != std::string_view::npos) {
            words = each.words;
            break;
        }
    }
    const std::u32string from = to_code_points(words);
    const std::size_t count = longest ? characters_max : std::min(characters_max, from.size());
    std::string made;
    for (std::size_t i = 0; i < count; ++i) {
        append_utf8(made, from[i % from.size()]);
    }
    return made;
}

std::string code_for(std::size_t characters_max, bool longest) {
    static constexpr std::string_view digits = "ZY20260123456789";
    std::string made;
    for (std::size_t i = 0; i < (longest ? characters_max : digits.size()); ++i) {
        made += digits[i % digits.size()];
    }
    return made.substr(0, characters_max);
}

std::string text_of_field(const TemplateField& field, const SampleOptions& options) {
    switch (field.kind) {
    case FieldKind::code: return code_for(field.max_characters, options.longest);
    case FieldKind::date: return to_text(options.today);
    case FieldKind::choice:
        return options.longest
                   ? *std::max_element(field.choices.begin(), field.choices.end(),
                                       [](const std::string& one, const std::string& other) {
                                           return one.size() < other.size();
                                       })
                   : field.choices.front();
    default: return text_for(field.label, field.max_characters, options.longest);
    }
}

std::string json_text(std::string_view text) {
    std::string json;
    append_json_string(json, text);
    return json;
}

std::string json_of_field(const TemplateField& field, const SampleOptions& options) {
    if (field.kind != FieldKind::list && field.kind != FieldKind::rows) {
        return json_text(text_of_field(field, options));
    }
    const std::size_t elements = std::min(std::max<std::size_t>(field.elements_max, 1),
                                          options.longest ? longest_elements : sample_elements);
    std::string json = "[";
    for (std::size_t i = 0; i < elements; ++i) {
        json += i == 0 ? "" : ",";
        if (field.kind == FieldKind::list) {
            json += json_text(text_of_field(field, options));
            continue;
        }
        JsonObject row(json);
        for (const FieldColumn& column : field.columns) {
            row.text(column.name, text_for(column.label, column.max_characters, options.longest));
        }
        row.end();
    }
    return json + "]";
}

std::string recipient_json(const Template& spec) {
    const bool person = spec.licence && spec.licence->holder == LicenceHolder::person;
    std::string json;
    JsonObject recipient(json);
    recipient.text("kind", person ? "person" : "organisation");
    recipient.text("name", person ? sample_person : sample_organisation);
    recipient.text("code", person ? "320199198205269694" : "91320199MA5JMH929H");
    recipient.text("portal_account", "sample-account");
    recipient.end();
    return json;
}

Date years_later(Date day, int years) {
    const Date later{day.year + years, day.month, day.day};
    return parse_date(to_text(later)) ? later : Date{later.year, 2, 28};
}

void put_be(Bytes& to, std::size_t value) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        to.push_back(static_cast<std::uint8_t>(value >> shift));
    }
}

void put_chunk(Bytes& png, std::string_view kind, ByteView body) {
    Bytes covered(kind.begin(), kind.end());
    append(covered, body);
    put_be(png, body.size());
    append(png, covered);
    put_be(png, crc32(0, covered.data(), static_cast<uInt>(covered.size())));
}

/// A grey PNG of the place's size, as nobody's photo.
Bytes make_sample_photo(const PhotoPlace& place) {
    const auto pixels = [](Centipoints size) {
        return static_cast<std::size_t>(std::lround(size / 7200.0 * photo_dpi));
    };
    const std::size_t width = pixels(place.width);
    const std::size_t height = pixels(place.height);
    Bytes head;
    put_be(head, width);
    put_be(head, height);
    append(head, ByteView(std::array<std::uint8_t, 5>{8, 0, 0, 0, 0})); // 8 bits, grey
    Bytes rows;
    for (std::size_t y = 0; y < height; ++y) {
        rows.push_back(0); // no filter
        rows.insert(rows.end(), width, photo_grey);
    }
    Bytes png(png_signature.begin(), png_signature.end());
    put_chunk(png, "IHDR", head);
    put_chunk(png, "IDAT", detail::deflate(rows));
    put_chunk(png, "IEND", {});
    return png;
}

} // namespace

std::string make_sample_decision(const Template& spec, const SampleOptions& options) {
    std::string json;
    JsonObject decision(json);
    decision.text("idempotency_key", "sample");
    decision.text("case_number", "32019920261120000001");
    decision.text("template", spec.id);
    decision.text("decided_on", to_text(options.today));
    decision.text("valid_from", to_text(options.today));
    decision.text("valid_until", to_text(years_later(options.today, 5)));
    decision.raw("recipient", recipient_json(spec));
    std::string fields;
    JsonObject of_template(fields);
    for (const TemplateField& field : spec.fields) {
        of_template.raw(field.name, json_of_field(field, options));
    }
    of_template.end();
    decision.raw("fields", fields);
    decision.raw("delivery", "[\"portal\"]");
    if (spec.photo) {
        decision.text("photo", to_base64(make_sample_photo(*spec.photo)));
    }
    decision.end();
    return json;
}

PageValues::PageValues(const CompiledTemplate& compiled, std::string_view json, Date today)
    : today_(today), reading_(read_decision(json, today)) {
    const Template& spec = compiled.spec();
    values_ = name_values(reading_.decision);
    if (!reading_.decision.template_id.empty() && reading_.decision.template_id != spec.id) {
        reading_.findings.push_back({"/template", "known", reading_.decision.template_id,
                                     "不是这个模板：" + spec.id,
                                     "is not this template: " + spec.id});
    }
    const NumberParts parts{compiled.face().number_prefix, compiled.face().region, today.year, 9};
    const auto number = expand_number(spec.number_pattern, parts);
    const auto add = [this](std::string_view name, std::string text) {
        values_.list.push_back({name, made_up_.emplace_back(std::move(text))});
    };
    add("number", number.ok() ? number.value() : "");
    add("key", "WWWW WWWW WWWW WWWW"); // the widest: every place must hold it
    add("issued_on", to_text(today));
    if (spec.licence) {
        add("identifier",
            "1.2.156.3005.2.11100000MB0143028R038.11320199014138860W.WMWMWMWMWMWMWMWMWMWM.999.W");
        add("related.title", "食品经营许可证");
        add("related.number", "JY13201990000017");
        add("related.decided_on", to_text(today));
        add("related.valid_until", to_text(years_later(today, 5)));
    }
    take_photo_of(spec);
}

std::vector<NamedValue> PageValues::shown() const {
    static constexpr std::array known_late = {"number", "key", "identifier", "issued_on"};
    std::vector<NamedValue> shown = values_.list;
    std::erase_if(shown, [](const NamedValue& value) {
        return std::find(known_late.begin(), known_late.end(), value.name) != known_late.end();
    });
    return shown;
}

void PageValues::take_photo_of(const Template& spec) {
    const std::string& given = reading_.decision.photo.reveal();
    if (spec.photo && given.empty()) {
        reading_.findings.push_back({"/photo", "required", "", "缺少照片", "is missing"});
    } else if (spec.photo) {
        photo_ = take_photo(given, *spec.photo, reading_.findings);
    } else if (!given.empty()) {
        reading_.findings.push_back(
            {"/photo", "unknown", "", "该模板没有照片", "this template has no place for a photo"});
    }
}

std::vector<Finding> find_faults(const PageValues& page, const Placement& placement,
                                 const CompiledTemplate& compiled,
                                 const catalogue::Profile* profile) {
    std::vector<Finding> findings = page.findings();
    const auto add = [&findings](const std::vector<Finding>& more) {
        for (const Finding& finding : more) {
            const bool told =
                std::any_of(findings.begin(), findings.end(), [&](const Finding& each) {
                    return each.pointer == finding.pointer && each.rule == finding.rule;
                });
            if (!told) {
                findings.push_back(finding);
            }
        }
    };
    add(placement.findings);
    const bool follows = page.decision().relates.has_value();
    if (profile == nullptr || (compiled.spec().licence && follows)) {
        return findings; // what a licence says of itself comes from what it follows
    }
    std::optional<Licence> licence;
    if (compiled.spec().licence) {
        SystemRandom random;
        std::vector<Finding> of_licence;
        const DepartmentCode department{compiled.face().code};
        licence = plan_licence({compiled.spec(), department, page.decision(), page.today()},
                               std::nullopt, random, of_licence);
        add(of_licence);
        if (licence->identifier.empty()) {
            return findings;
        }
    }
    add(check_profile(*profile, compiled.spec(), compiled.face(), page.decision(), 0,
                      licence ? &*licence : nullptr));
    return findings;
}

} // namespace songda::issuer
