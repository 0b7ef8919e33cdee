// An XLSX is a ZIP of XML parts (ECMA-376 Part 1 §18). libzip takes it apart, expat reads the
// parts; what we want of them is the text of the first sheet's cells.
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include <expat.h>
#include <zip.h>

#include "base/utf8.hpp"
#include "catalogue/codes.hpp"
#include "catalogue/sheet.hpp"

namespace songda::catalogue {
namespace {

constexpr zip_int64_t entries_max = 2'000;
constexpr std::size_t part_bytes_max = 256U << 20U; ///< inflated; sheet XML is wordy
constexpr std::size_t depth_max = 64;
constexpr std::size_t row_number_max = 1'048'576;

Error refuse(std::string_view why) {
    return {Fault::invalid_input, "no readable XLSX: " + std::string(why)};
}

std::string_view local_name(std::string_view name) {
    return name.substr(name.find(':') + 1); // npos + 1 is 0
}

using Attributes = std::map<std::string_view, std::string_view, std::less<>>;

/// What one kind of part does with its elements. A false stops the parser.
struct PartReader {
    virtual ~PartReader() = default;
    virtual bool begin(std::string_view element, const Attributes& attributes) = 0;
    virtual bool end(std::string_view /*element*/) { return true; }
    virtual bool text(std::string_view /*piece*/) { return true; }
};

/// Feeds the parser piece by piece and keeps what stopped it.
class Parser {
public:
    explicit Parser(PartReader& reader) : reader_(reader), parser_(XML_ParserCreate(nullptr)) {
        XML_SetUserData(parser_.get(), this);
        XML_SetElementHandler(parser_.get(), on_begin, on_end);
        XML_SetCharacterDataHandler(parser_.get(), on_text);
        XML_SetStartDoctypeDeclHandler(parser_.get(), on_doctype);
    }

    bool feed(std::string_view piece, bool last) {
        return XML_Parse(parser_.get(), piece.data(), static_cast<int>(piece.size()),
                         last ? 1 : 0) == XML_STATUS_OK;
    }

private:
    struct Free {
        void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
    };

    static Parser& self(void* data) { return *static_cast<Parser*>(data); }
    void stop_unless(bool good) {
        if (!good) {
            stopped_ = true;
            XML_StopParser(parser_.get(), XML_FALSE);
        }
    }
    static void on_begin(void* data, const char* name, const char** pairs) {
        Attributes attributes;
        for (; *pairs != nullptr; pairs += 2) {
            attributes[local_name(pairs[0])] = pairs[1];
        }
        Parser& me = self(data);
        me.stop_unless(!me.stopped_ && ++me.depth_ <= depth_max &&
                       me.reader_.begin(local_name(name), attributes));
    }
    static void on_end(void* data, const char* name) {
        Parser& me = self(data);
        --me.depth_;
        me.stop_unless(!me.stopped_ && me.reader_.end(local_name(name)));
    }
    static void on_text(void* data, const char* text, int length) {
        Parser& me = self(data);
        me.stop_unless(!me.stopped_ && me.reader_.text({text, static_cast<std::size_t>(length)}));
    }
    /// No workbook has one; entities could make much of little.
    static void on_doctype(void* data, const char* /*name*/, const char* /*system*/,
                           const char* /*public*/, int /*internal*/) {
        self(data).stop_unless(false);
    }

    PartReader& reader_;
    std::unique_ptr<std::remove_pointer_t<XML_Parser>, Free> parser_;
    std::size_t depth_ = 0;
    bool stopped_ = false; ///< expat still ends an empty element after it was stopped
};

std::string_view find_in(const Attributes& attributes, std::string_view name) {
    const auto found = attributes.find(name);
    return found == attributes.end() ? std::string_view() : found->second;
}

/// xl/workbook.xml: the relation of the first sheet. `r:id` reads as `id`.
struct WorkbookPart final : PartReader {
    std::string relation;
    bool begin(std::string_view element, const Attributes& attributes) override {
        if (element == "sheet" && relation.empty()) {
            relation = find_in(attributes, "id");
        }
        return true;
    }
};

/// xl/_rels/workbook.xml.rels: where the parts are.
struct RelationsPart final : PartReader {
    std::map<std::string, std::string, std::less<>> targets;
    std::string strings;
    bool begin(std::string_view element, const Attributes& attributes) override {
        if (element == "Relationship") {
            std::string target(find_in(attributes, "Target"));
            target = target.starts_with('/') ? target.substr(1) : "xl/" + target;
            if (find_in(attributes, "Type").ends_with("/sharedStrings")) {
                strings = target;
            }
            targets.emplace(find_in(attributes, "Id"), target);
        }
        return targets.size() <= static_cast<std::size_t>(entries_max);
    }
};

/// `_x000D_` is a character that XML cannot hold (§22.4.2.4, ST_Xstring).
std::string unescape(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t mark = std::min(text.find("_x"), text.size());
        out += text.substr(0, mark);
        text.remove_prefix(mark);
        const auto digits = text.size() >= 7 ? text.substr(2, 4) : std::string_view();
        if (!digits.empty() && text[6] == '_' &&
            digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos) {
            const auto point = static_cast<char32_t>(std::stoul(std::string(digits), nullptr, 16));
            append_utf8(out,
                        point == 0 || (point >= 0xD800 && point <= 0xDFFF) ? U'\uFFFD' : point);
            text.remove_prefix(7);
        } else if (!text.empty()) {
            out += text.substr(0, 1);
            text.remove_prefix(1);
        }
    }
    return out;
}

/// Text of `t` elements, without the reading aids of `rPh`.
class RichText {
public:
    bool begin(std::string_view element) {
        aids_ += element == "rPh" ? 1 : 0;
        open_ = element == "t" && aids_ == 0;
        return true;
    }
    void end(std::string_view element) {
        aids_ -= element == "rPh" ? 1 : 0;
        open_ = false;
    }
    bool add(std::string_view piece) {
        if (open_) {
            text_ += piece;
        }
        return text_.size() <= sheet_cell_bytes_max;
    }
    std::string take() { return unescape(std::exchange(text_, {})); }

private:
    std::string text_;
    int aids_ = 0;
    bool open_ = false;
};

struct StringsPart final : PartReader {
    std::vector<std::string> strings;
    std::size_t bytes = 0;
    RichText rich;
    bool begin(std::string_view element, const Attributes& /*attributes*/) override {
        return rich.begin(element);
    }
    bool end(std::string_view element) override {
        rich.end(element);
        if (element == "si") {
            strings.push_back(rich.take());
            bytes += strings.back().size();
        }
        return strings.size() <= sheet_cells_max && bytes <= sheet_text_bytes_max;
    }
    bool text(std::string_view piece) override { return rich.add(piece); }
};

struct CellPlace {
    std::size_t row = 0;    ///< from 1
    std::size_t column = 0; ///< from 0
};

std::optional<std::size_t> parse_row_number(std::string_view text) {
    if (text.empty() || text.size() > 7 || !is_digits(text)) {
        return std::nullopt;
    }
    const std::size_t row = std::stoul(std::string(text));
    return row >= 1 && row <= row_number_max ? std::optional(row) : std::nullopt;
}

/// `BC12`.
std::optional<CellPlace> parse_place(std::string_view text) {
    std::size_t column = 0;
    std::size_t letters = 0;
    for (; letters < text.size() && text[letters] >= 'A' && text[letters] <= 'Z'; ++letters) {
        column = column * 26 + static_cast<std::size_t>(text[letters] - 'A') + 1;
        if (column > sheet_columns_max) {
            return std::nullopt;
        }
    }
    const auto row = parse_row_number(text.substr(letters));
    return letters == 0 || !row ? std::nullopt : std::optional(CellPlace{*row, column - 1});
}

/// xl/worksheets/sheet1.xml.
class SheetPart final : public PartReader {
public:
    explicit SheetPart(const std::vector<std::string>& strings) : strings_(strings) {}

    bool begin(std::string_view element, const Attributes& attributes) override {
        if (element == "row") {
            return begin_row(attributes);
        }
        if (element == "c") {
            return begin_cell(attributes);
        }
        if (element == "mergeCell") {
            return merge(find_in(attributes, "ref"));
        }
        in_value_ = element == "v";
        return rich_.begin(element);
    }
    bool end(std::string_view element) override {
        rich_.end(element);
        in_value_ = false;
        return element != "c" || end_cell();
    }
    bool text(std::string_view piece) override {
        if (in_value_) {
            value_ += piece;
        }
        return value_.size() <= sheet_cell_bytes_max && rich_.add(piece);
    }
    std::vector<SheetRow> take() {
        std::erase_if(rows_, [](const SheetRow& row) {
            return std::all_of(row.cells.begin(), row.cells.end(),
                               [](const std::string& cell) { return cell.empty(); });
        });
        return std::move(rows_);
    }

private:
    bool begin_row(const Attributes& attributes) {
        const std::size_t before = rows_.empty() ? 0 : rows_.back().number;
        const auto named = find_in(attributes, "r");
        const auto number = named.empty() ? std::optional(before + 1) : parse_row_number(named);
        if (!number || *number <= before || rows_.size() >= sheet_rows_max) {
            return false;
        }
        rows_.push_back({*number, {}});
        in_cell_ = false;
        return true;
    }
    bool begin_cell(const Attributes& attributes) {
        if (rows_.empty()) {
            return false;
        }
        const auto named = find_in(attributes, "r");
        const auto place =
            named.empty() ? std::optional(CellPlace{rows_.back().number, rows_.back().cells.size()})
                          : parse_place(named);
        if (!place || place->row != rows_.back().number || place->column >= sheet_columns_max ||
            place->column < rows_.back().cells.size()) {
            return false;
        }
        cells_ += place->column + 1 - rows_.back().cells.size();
        rows_.back().cells.resize(place->column + 1);
        kind_ = find_in(attributes, "t");
        value_.clear();
        (void)rich_.take();
        in_cell_ = true;
        return cells_ <= sheet_cells_max;
    }
    bool end_cell() {
        if (!std::exchange(in_cell_, false)) {
            return false; // a row or cell inside a cell
        }
        std::string& cell = rows_.back().cells.back();
        if (kind_ == "inlineStr") {
            cell = rich_.take();
        } else if (kind_ != "s") {
            cell = kind_ == "str" ? unescape(value_) : value_;
        } else if (is_digits(value_) && !value_.empty() && value_.size() < 9 &&
                   std::stoul(value_) < strings_.size()) {
            cell = strings_[std::stoul(value_)];
        } else {
            return false;
        }
        bytes_ += cell.size();
        return bytes_ <= sheet_text_bytes_max;
    }
    /// `A3:A7`. They come after all rows.
    bool merge(std::string_view range) {
        const std::size_t colon = range.find(':');
        const auto first = parse_place(range.substr(0, colon));
        const auto last =
            colon == std::string_view::npos ? first : parse_place(range.substr(colon + 1));
        if (!first || !last) {
            return true; // reaches past what we read
        }
        const auto row_at = [this](std::size_t number) {
            return std::lower_bound(
                rows_.begin(), rows_.end(), number,
                [](const SheetRow& row, std::size_t n) { return row.number < n; });
        };
        auto row = row_at(first->row);
        if (row == rows_.end() || row->number != first->row || row->cells.size() <= first->column ||
            row->cells[first->column].empty()) {
            return true;
        }
        const std::string text = row->cells[first->column];
        for (; row != rows_.end() && row->number <= last->row; ++row) {
            for (std::size_t column = first->column; column <= last->column; ++column) {
                if (row->cells.size() <= column) {
                    cells_ += column + 1 - row->cells.size();
                    row->cells.resize(column + 1);
                }
                row->cells[column] = text;
                bytes_ += text.size();
                if (bytes_ > sheet_text_bytes_max || ++merged_ > sheet_cells_max ||
                    cells_ > sheet_cells_max) {
                    return false;
                }
            }
        }
        return true;
    }

    const std::vector<std::string>& strings_;
    std::vector<SheetRow> rows_;
    RichText rich_;
    std::string kind_;
    std::string value_;
    bool in_value_ = false;
    bool in_cell_ = false;
    std::size_t cells_ = 0;
    std::size_t merged_ = 0;
    std::size_t bytes_ = 0;
};

class Archive {
public:
    static std::optional<Archive> open(std::string_view bytes) {
        zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, nullptr);
        zip_t* zip =
            source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, nullptr);
        if (zip == nullptr) {
            zip_source_free(source);
            return std::nullopt;
        }
        return Archive(zip);
    }
    [[nodiscard]] bool is_bounded() const {
        return zip_get_num_entries(zip_.get(), 0) <= entries_max;
    }

    /// False: not there, broken, too large, or the reader stopped.
    bool read(const std::string& name, PartReader& reader) {
        const std::unique_ptr<zip_file_t, CloseFile> file(zip_fopen(zip_.get(), name.c_str(), 0));
        if (!file) {
            return false;
        }
        Parser parser(reader);
        std::vector<char> piece(64U << 10U);
        for (;;) {
            const zip_int64_t count = zip_fread(file.get(), piece.data(), piece.size());
            if (count < 0) {
                return false;
            }
            inflated_ += static_cast<std::size_t>(count);
            if (inflated_ > part_bytes_max ||
                !parser.feed({piece.data(), static_cast<std::size_t>(count)}, count == 0)) {
                return false;
            }
            if (count == 0) {
                return true;
            }
        }
    }

private:
    struct Discard {
        void operator()(zip_t* zip) const { zip_discard(zip); }
    };
    struct CloseFile {
        void operator()(zip_file_t* file) const { zip_fclose(file); }
    };
    explicit Archive(zip_t* zip) : zip_(zip) {}

    std::unique_ptr<zip_t, Discard> zip_;
    std::size_t inflated_ = 0; ///< of all parts read
};

} // namespace

Result<Sheet> read_xlsx(std::string_view bytes) {
    if (bytes.size() > sheet_bytes_max) {
        return refuse("larger than 32 MiB");
    }
    auto archive = Archive::open(bytes);
    if (!archive || !archive->is_bounded()) {
        return refuse("the ZIP is broken or has too many entries");
    }
    WorkbookPart workbook;
    RelationsPart relations;
    if (!archive->read("xl/workbook.xml", workbook) ||
        !archive->read("xl/_rels/workbook.xml.rels", relations)) {
        return refuse("no workbook in it");
    }
    StringsPart strings;
    if (!relations.strings.empty() && !archive->read(relations.strings, strings)) {
        return refuse("its table of strings is broken or too large");
    }
    const auto target = relations.targets.find(workbook.relation);
    SheetPart part(strings.strings);
    if (target == relations.targets.end() || !archive->read(target->second, part)) {
        return refuse("its first sheet is broken or too large");
    }
    return Sheet{SheetForm::xlsx, part.take()};
}

} // namespace songda::catalogue
