#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/ecdsa_signature.hpp"
#include "base/result.hpp"
#include "signer/seal_form.hpp"
#include "signer/seal_request.hpp"
#include "signer/seals/book_head.hpp"
#include "signer/seals/seal_rules.hpp"

/// The messages of the signer's socket, both directions (docs/formats/signer-socket.md). What is
/// read may come from anybody; what is accepted is written again as the very same bytes. Pure.
namespace songda::signer::message {

/// One packet. Below what a socket of Linux takes by default (net.core.wmem_default).
inline constexpr std::size_t bytes_max = std::size_t{128} * 1024;
/// Requests of one question.
inline constexpr std::size_t requests_max = 128;
/// Uses of one question about the register; with its words of this length each the answer fits.
inline constexpr std::size_t permits_max = 48;
inline constexpr std::size_t refusal_words_bytes_max = 1000;

/// Which seals are there, from the one with this number on: they may not fit into one answer.
struct AskFaces {
    std::uint32_t number = 0; ///< of the question; the answer carries it
    std::uint16_t from = 0;
    bool operator==(const AskFaces&) const = default;
};
struct AskSignatures {
    std::uint32_t number = 0;
    std::vector<SealRequest> requests;
    bool operator==(const AskSignatures&) const = default;
};
/// What the register says to uses, before there is anything to sign.
struct AskPermits {
    std::uint32_t number = 0;
    std::vector<SealQuestion> questions;
    bool operator==(const AskPermits&) const = default;
};
/// How far the book of uses goes.
struct AskBook {
    std::uint32_t number = 0;
    bool operator==(const AskBook&) const = default;
};
using Question = std::variant<AskFaces, AskSignatures, AskPermits, AskBook>;

struct Faces {
    std::uint32_t number = 0;
    std::uint16_t total = 0; ///< how many there are in all
    std::vector<SealFace> faces;
    bool operator==(const Faces&) const = default;
};
struct Signatures {
    std::uint32_t number = 0;
    std::vector<Result<EcdsaSignature>> made; ///< one a request, in order; details cut to 255 bytes
};
struct Permits {
    std::uint32_t number = 0;
    std::vector<SealRuling> rulings; ///< one a question, in order
    bool operator==(const Permits&) const = default;
};
struct Book {
    std::uint32_t number = 0;
    BookHead head;
    bool operator==(const Book&) const = default;
};
/// The question was not understood. The connection ends.
struct Refusal {
    std::string why;
};
using Answer = std::variant<Faces, Signatures, Refusal, Permits, Book>;

[[nodiscard]] Bytes write(const AskFaces& question);
/// Texts and content within their limits; another request cannot be written.
[[nodiscard]] bool may_be_sent(const SealRequest& request);
/// The bytes of one request in a question, so that the asker knows how many fit.
[[nodiscard]] std::size_t size_of(const SealRequest& request);
/// At least one and at most requests_max, which fit into bytes_max with their head of
/// `question_head_bytes`, each of which may be sent.
[[nodiscard]] Bytes write_signatures_wanted(std::uint32_t number,
                                            std::span<const SealRequest> requests);
inline constexpr std::size_t question_head_bytes = 8;
/// The same of a question about the register.
[[nodiscard]] bool may_be_sent(const SealQuestion& question);
/// At least one and at most permits_max, each of which may be sent.
[[nodiscard]] Bytes write_permits_wanted(std::uint32_t number,
                                         std::span<const SealQuestion> questions);
[[nodiscard]] Bytes write(const AskBook& question);
[[nodiscard]] std::optional<Question> parse_question(ByteView bytes);

/// As many of `faces` from `from` on as fit.
[[nodiscard]] Bytes write_faces(const AskFaces& question, std::span<const SealFace> faces);
[[nodiscard]] Bytes write(const Signatures& answer);
/// Of the longest answer to so many requests, or of a refusal.
[[nodiscard]] constexpr std::size_t signatures_bytes_max(std::size_t requests) {
    return question_head_bytes + requests * 257;
}
/// Words that are longer than they may be are cut at a character.
[[nodiscard]] Bytes write(const Permits& answer);
[[nodiscard]] Bytes write(const Book& answer);
/// Of that answer, or of a refusal.
inline constexpr std::size_t book_bytes_max = 257;
[[nodiscard]] Bytes write(const Refusal& answer);
[[nodiscard]] std::optional<Answer> parse_answer(ByteView bytes);

} // namespace songda::signer::message
