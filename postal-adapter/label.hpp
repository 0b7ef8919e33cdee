#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/private.hpp"
#include "base/result.hpp"
#include "issuer/fonts/font_set.hpp"
#include "issuer/render/sheet.hpp"
#include "issuer/templates/template.hpp"

/// A waybill's label 面单: what stands on it, by a form that is a file (docs/formats/label.md,
/// GB/T 41833-2022). Pure.
namespace songda::postal {

/// Somebody on a label.
struct LabelParty {
    Private<std::string> name;
    Private<std::string> phone; ///< as it was given; only its masked form is ever printed
    Private<std::string> address;
};

/// What one label says. Texts are printed as they are; empty ones leave their place empty.
struct LabelContent {
    std::string carrier;          ///< 中国邮政政务专递
    std::string product;          ///< 审批结果寄递
    std::string waybill;          ///< visible ASCII; also in bars
    std::string order;            ///< our number of the order
    std::string destination;      ///< 南京 建邺: where sorters look
    std::string destination_code; ///< GB/T 2260
    LabelParty receiver;
    LabelParty sender;
    std::string contents; ///< 内件: what kind of thing, never whose business
    std::string pieces;   ///< 1/1
    std::string proof;    ///< who may sign: 本人或受托人签收
    std::string day;      ///< handed over
};

/// A form's bar code, its upper left corner in the file's sense.
struct LabelBars {
    issuer::Pattern value;
    issuer::Centipoints x = 0;
    issuer::Centipoints y = 0;     ///< lower edge, from the page's lower edge
    issuer::Centipoints width = 0; ///< with the quiet zones: the symbol stands in its middle
    issuer::Centipoints height = 0;
    issuer::Centipoints module = 0;
};

/// A size of label with its zones. Immutable; share it.
struct LabelForm {
    std::string name; ///< `100x150`
    issuer::Centipoints width = 0;
    issuer::Centipoints height = 0;
    unsigned copies = 1; ///< that are printed of each
    std::vector<issuer::TextItem> texts;
    std::vector<issuer::LineItem> lines;
    std::vector<LabelBars> bars;
};

/// Faults: as TomlFile; each key that is wrong, with its line.
[[nodiscard]] Result<LabelForm> read_label_form(const std::string& path);

/// Sets one label. Fault invalid_input: what does not fit where (`receiver.address lines 5 > 4`),
/// or a style that the fonts lack; never the value.
[[nodiscard]] Result<issuer::Sheet> set_label(const LabelForm& form, const issuer::FontSet& fonts,
                                              const LabelContent& content);

} // namespace songda::postal
