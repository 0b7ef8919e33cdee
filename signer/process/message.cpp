#include "signer/process/message.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "base/electronic_seal.hpp"
#include "base/text_codec.hpp"
#include "base/utf8.hpp"

namespace songda::signer::message {
namespace {

constexpr std::uint8_t version = 1;
constexpr std::size_t text_bytes_max = 255;
constexpr std::size_t chain_max = 8;

enum class Kind : std::uint8_t {
    ask_faces = 0x01,
    ask_signatures = 0x02,
    ask_permits = 0x03,
    ask_book = 0x04,
    refusal = 0x80,
    faces = 0x81,
    signatures = 0x82,
    permits = 0x83,
    book = 0x84,
};

/// The numbers on the wire; never renumber. 0 is a signature.
struct WireFault {
    Fault fault;
    std::uint8_t number;
};
constexpr std::array faults = {WireFault{Fault::invalid_input, 1}, WireFault{Fault::not_found, 2},
                               WireFault{Fault::forbidden, 3},     WireFault{Fault::overloaded, 4},
                               WireFault{Fault::unavailable, 5},   WireFault{Fault::held, 6},
                               WireFault{Fault::internal, 7}};

std::uint8_t number_of(Fault fault) {
    const auto* const found =
        std::find_if(faults.begin(), faults.end(),
                     [fault](const WireFault& each) { return each.fault == fault; });
    return found == faults.end() ? number_of(Fault::internal) : found->number;
}

/// As much of a message for operators as may go, and no broken character at its end.
std::string fitting(std::string text, std::size_t most = text_bytes_max) {
    text.resize(std::min(text.size(), most));
    text.resize(find_bad_utf8(text).value_or(text.size()));
    return text;
}

/// All numbers are big-endian.
class Writer {
public:
    Writer(Kind kind, std::size_t room) {
        bytes_.reserve(room);
        put8(version);
        put8(static_cast<std::uint8_t>(kind));
    }
    void put8(std::size_t value) { bytes_.push_back(static_cast<std::uint8_t>(value)); }
    void put16(std::size_t value) {
        put8(value >> 8U);
        put8(value & 0xFFU);
    }
    void put32(std::uint32_t value) {
        put16(value >> 16U);
        put16(value & 0xFFFFU);
    }
    void put(ByteView raw) { append(bytes_, raw); }
    void put_text(const std::string& text) {
        SONGDA_CHECK(text.size() <= text_bytes_max);
        put8(text.size());
        put(as_bytes(text));
    }
    void put_bytes(ByteView raw) {
        SONGDA_CHECK(raw.size() <= 0xFFFFU);
        put16(raw.size());
        put(raw);
    }
    void put_use(SealPurpose purpose, const DepartmentCode& department, const SealUse& use) {
        put8(static_cast<std::size_t>(purpose));
        put_text(department.text);
        put_text(use.actor);
        put_text(use.type);
        put_text(use.template_version);
    }
    void put_face(const SealFace& face) {
        put_text(face.department.text);
        put_chain(face.chain);
        put_bytes(face.qr_public_key);
        put_chain(face.sm2_chain);
        put_bytes(face.electronic_seal);
    }
    void put_chain(const std::vector<Bytes>& chain) {
        put8(chain.size());
        for (const Bytes& certificate : chain) {
            put_bytes(certificate);
        }
    }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] Bytes take() {
        SONGDA_CHECK(bytes_.size() <= bytes_max);
        return std::move(bytes_);
    }

private:
    Bytes bytes_;
};

/// What is missing reads as 0 or empty and is told at the end.
class Reader {
public:
    explicit Reader(ByteView bytes) : rest_(bytes) {}
    std::uint8_t take8() {
        const ByteView got = take(1);
        return got.empty() ? std::uint8_t{0} : got[0];
    }
    std::uint16_t take16() {
        const unsigned high = take8();
        return static_cast<std::uint16_t>(high << 8U | take8());
    }
    std::uint32_t take32() {
        const std::uint32_t high = take16();
        return high << 16U | take16();
    }
    ByteView take(std::size_t size) {
        if (size > rest_.size()) {
            good_ = false;
            rest_ = {};
            return {};
        }
        const ByteView got = rest_.first(size);
        rest_ = rest_.subspan(size);
        return got;
    }
    template <std::size_t N>
    void take_into(std::array<std::uint8_t, N>& to) {
        const ByteView got = take(N);
        std::copy(got.begin(), got.end(), to.begin());
    }
    std::string take_text() {
        const std::string text(as_text(take(take8())));
        good_ = good_ && !find_bad_utf8(text);
        return text;
    }
    Bytes take_bytes(std::size_t most) {
        const ByteView got = take(take16());
        good_ = good_ && got.size() <= most;
        return good_ ? Bytes(got.begin(), got.end()) : Bytes();
    }
    void refuse() { good_ = false; }
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool ended_well() const { return good_ && rest_.empty(); }

private:
    ByteView rest_;
    bool good_ = true;
};

/// What a request and a question about the register begin with.
template <class Asked>
void read_use(Reader& in, Asked& asked) {
    const std::uint8_t purpose = in.take8();
    if (purpose < 1 || purpose > 5) {
        in.refuse();
    }
    asked.purpose = static_cast<SealPurpose>(purpose);
    asked.department.text = in.take_text();
    asked.use.actor = in.take_text();
    asked.use.type = in.take_text();
    asked.use.template_version = in.take_text();
}

SealRequest read_request(Reader& in) {
    SealRequest request;
    read_use(in, request);
    in.take_into(request.use.document.bytes);
    request.content = in.take_bytes(seal_content_bytes_max);
    return request;
}

std::vector<Bytes> read_chain(Reader& in) {
    const std::size_t certificates = in.take8();
    if (certificates > chain_max) {
        in.refuse();
    }
    std::vector<Bytes> chain;
    for (std::size_t i = 0; i < certificates && in.good(); ++i) {
        chain.push_back(in.take_bytes(0xFFFF));
    }
    return chain;
}

SealFace read_face(Reader& in) {
    SealFace face;
    face.department.text = in.take_text();
    face.chain = read_chain(in);
    if (face.chain.empty()) {
        in.refuse();
    }
    face.qr_public_key = in.take_bytes(0xFFFF);
    face.sm2_chain = read_chain(in);
    face.electronic_seal = in.take_bytes(electronic_seal_bytes_max);
    return face;
}

Result<EcdsaSignature> read_signature(Reader& in) {
    const std::uint8_t number = in.take8();
    if (number == 0) {
        EcdsaSignature signature;
        in.take_into(signature.r);
        in.take_into(signature.s);
        return signature;
    }
    const auto* const found =
        std::find_if(faults.begin(), faults.end(),
                     [number](const WireFault& each) { return each.number == number; });
    if (found == faults.end()) {
        in.refuse();
        return Error{};
    }
    return Error{found->fault, in.take_text()};
}

std::string read_words(Reader& in) {
    const Bytes bytes = in.take_bytes(refusal_words_bytes_max);
    std::string words(as_text(bytes));
    if (find_bad_utf8(words)) {
        in.refuse();
    }
    return words;
}

SealRuling read_ruling(Reader& in) {
    SealRuling ruling;
    ruling.seal = in.take_text();
    const std::uint8_t refused = in.take8();
    if (refused > 1) {
        in.refuse();
    }
    if (refused == 1) {
        SealRefusal& refusal = ruling.refused.emplace();
        refusal.rule = in.take_text();
        refusal.zh = read_words(in);
        refusal.en = read_words(in);
    }
    return ruling;
}

std::optional<Answer> read_permits(Reader& in) {
    Permits answer;
    answer.number = in.take32();
    const std::size_t count = in.take16();
    if (count < 1 || count > permits_max) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < count && in.good(); ++i) {
        answer.rulings.push_back(read_ruling(in));
    }
    return in.ended_well() ? std::optional<Answer>(std::move(answer)) : std::nullopt;
}

std::optional<Answer> read_book(Reader& in) {
    Book answer;
    answer.number = in.take32();
    answer.head.lines = std::uint64_t{in.take32()} << 32U;
    answer.head.lines |= in.take32();
    if (answer.head.lines > 0) {
        Digest hash{};
        in.take_into(hash);
        answer.head.hash = to_hex(hash);
    }
    return in.ended_well() ? std::optional<Answer>(std::move(answer)) : std::nullopt;
}

std::optional<Answer> read_faces(Reader& in) {
    Faces answer;
    answer.number = in.take32();
    answer.total = in.take16();
    const std::size_t count = in.take16();
    for (std::size_t i = 0; i < count && in.good(); ++i) {
        answer.faces.push_back(read_face(in));
    }
    return in.ended_well() ? std::optional<Answer>(std::move(answer)) : std::nullopt;
}

std::optional<Answer> read_signatures(Reader& in) {
    Signatures answer;
    answer.number = in.take32();
    const std::size_t count = in.take16();
    if (count < 1 || count > requests_max) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < count && in.good(); ++i) {
        answer.made.push_back(read_signature(in));
    }
    return in.ended_well() ? std::optional<Answer>(std::move(answer)) : std::nullopt;
}

bool texts_fit(const DepartmentCode& department, const SealUse& use) {
    const auto texts = {&department.text, &use.actor, &use.type, &use.template_version};
    return std::all_of(texts.begin(), texts.end(), [](const std::string* text) {
        return text->size() <= text_bytes_max && !find_bad_utf8(*text);
    });
}

std::optional<Question> read_signatures_wanted(Reader& in, std::uint32_t number) {
    const std::size_t count = in.take16();
    if (count < 1 || count > requests_max) {
        return std::nullopt;
    }
    AskSignatures question{number, {}};
    for (std::size_t i = 0; i < count && in.good(); ++i) {
        question.requests.push_back(read_request(in));
    }
    return in.ended_well() ? std::optional<Question>(std::move(question)) : std::nullopt;
}

std::optional<Question> read_permits_wanted(Reader& in, std::uint32_t number) {
    const std::size_t count = in.take16();
    if (count < 1 || count > permits_max) {
        return std::nullopt;
    }
    AskPermits question{number, {}};
    for (std::size_t i = 0; i < count && in.good(); ++i) {
        read_use(in, question.questions.emplace_back());
    }
    return in.ended_well() ? std::optional<Question>(std::move(question)) : std::nullopt;
}

} // namespace

Bytes write(const AskFaces& question) {
    Writer out(Kind::ask_faces, question_head_bytes);
    out.put32(question.number);
    out.put16(question.from);
    return out.take();
}

bool may_be_sent(const SealRequest& request) {
    return texts_fit(request.department, request.use) &&
           request.content.size() <= seal_content_bytes_max;
}

bool may_be_sent(const SealQuestion& question) {
    return texts_fit(question.department, question.use);
}

std::size_t size_of(const SealRequest& request) {
    const SealUse& use = request.use;
    return 1 + 1 + request.department.text.size() + 1 + use.actor.size() + 1 + use.type.size() + 1 +
           use.template_version.size() + use.document.bytes.size() + 2 + request.content.size();
}

Bytes write_signatures_wanted(std::uint32_t number, std::span<const SealRequest> requests) {
    SONGDA_CHECK(!requests.empty() && requests.size() <= requests_max);
    Writer out(Kind::ask_signatures, question_head_bytes + requests.size() * 192);
    out.put32(number);
    out.put16(requests.size());
    for (const SealRequest& request : requests) {
        out.put_use(request.purpose, request.department, request.use);
        out.put(request.use.document.bytes);
        SONGDA_CHECK(request.content.size() <= seal_content_bytes_max);
        out.put_bytes(request.content);
    }
    return out.take();
}

Bytes write_permits_wanted(std::uint32_t number, std::span<const SealQuestion> questions) {
    SONGDA_CHECK(!questions.empty() && questions.size() <= permits_max);
    Writer out(Kind::ask_permits, question_head_bytes + questions.size() * 128);
    out.put32(number);
    out.put16(questions.size());
    for (const SealQuestion& question : questions) {
        out.put_use(question.purpose, question.department, question.use);
    }
    return out.take();
}

Bytes write(const AskBook& question) {
    Writer out(Kind::ask_book, question_head_bytes);
    out.put32(question.number);
    return out.take();
}

std::optional<Question> parse_question(ByteView bytes) {
    Reader in(bytes);
    if (in.take8() != version) {
        return std::nullopt;
    }
    const auto kind = static_cast<Kind>(in.take8());
    const std::uint32_t number = in.take32();
    switch (kind) {
    case Kind::ask_faces: {
        const AskFaces question{number, in.take16()};
        return in.ended_well() ? std::optional<Question>(question) : std::nullopt;
    }
    case Kind::ask_signatures: return read_signatures_wanted(in, number);
    case Kind::ask_permits: return read_permits_wanted(in, number);
    case Kind::ask_book:
        return in.ended_well() ? std::optional<Question>(AskBook{number}) : std::nullopt;
    default: return std::nullopt;
    }
}

Bytes write_faces(const AskFaces& question, std::span<const SealFace> faces) {
    const std::size_t from = std::min<std::size_t>(question.from, faces.size());
    std::size_t count = 0;
    Writer list(Kind::faces, 4096);
    for (const SealFace& face : faces.subspan(from)) {
        Writer one(Kind::faces, 4096);
        one.put_face(face);
        if (list.size() + one.size() + question_head_bytes + 2 > bytes_max) {
            break;
        }
        list.put_face(face);
        ++count;
    }
    Writer out(Kind::faces, list.size() + question_head_bytes + 2);
    out.put32(question.number);
    out.put16(faces.size());
    out.put16(count);
    out.put(ByteView(list.take()).subspan(2));
    return out.take();
}

Bytes write(const Signatures& answer) {
    Writer out(Kind::signatures, question_head_bytes + answer.made.size() * 65);
    out.put32(answer.number);
    out.put16(answer.made.size());
    for (const auto& made : answer.made) {
        if (made.ok()) {
            out.put8(0);
            out.put(made.value().r);
            out.put(made.value().s);
        } else {
            out.put8(number_of(made.error().fault));
            out.put_text(fitting(made.error().detail));
        }
    }
    return out.take();
}

Bytes write(const Permits& answer) {
    Writer out(Kind::permits, question_head_bytes + answer.rulings.size() * 64);
    out.put32(answer.number);
    out.put16(answer.rulings.size());
    for (const SealRuling& ruling : answer.rulings) {
        out.put_text(fitting(ruling.seal));
        out.put8(ruling.refused ? 1 : 0);
        if (const auto& refusal = ruling.refused) {
            out.put_text(fitting(refusal->rule));
            out.put_bytes(as_bytes(fitting(refusal->zh, refusal_words_bytes_max)));
            out.put_bytes(as_bytes(fitting(refusal->en, refusal_words_bytes_max)));
        }
    }
    return out.take();
}

Bytes write(const Book& answer) {
    Writer out(Kind::book, question_head_bytes + 40);
    out.put32(answer.number);
    out.put32(static_cast<std::uint32_t>(answer.head.lines >> 32U));
    out.put32(static_cast<std::uint32_t>(answer.head.lines));
    if (answer.head.lines > 0) {
        const auto hash = from_hex(answer.head.hash);
        SONGDA_CHECK(hash && hash->size() == sizeof(Digest));
        out.put(*hash);
    }
    return out.take();
}

Bytes write(const Refusal& answer) {
    Writer out(Kind::refusal, 2 + 1 + answer.why.size());
    out.put_text(fitting(answer.why));
    return out.take();
}

std::optional<Answer> parse_answer(ByteView bytes) {
    Reader in(bytes);
    if (in.take8() != version) {
        return std::nullopt;
    }
    switch (static_cast<Kind>(in.take8())) {
    case Kind::refusal: {
        Refusal answer{in.take_text()};
        return in.ended_well() ? std::optional<Answer>(std::move(answer)) : std::nullopt;
    }
    case Kind::faces: return read_faces(in);
    case Kind::signatures: return read_signatures(in);
    case Kind::permits: return read_permits(in);
    case Kind::book: return read_book(in);
    default: return std::nullopt;
    }
}

} // namespace songda::signer::message
