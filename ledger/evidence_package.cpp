#include "ledger/evidence_package.hpp"

#include <charconv>

#include "base/json.hpp"
#include "base/stored_zip.hpp"
#include "ledger/detail/json_fields.hpp"

namespace songda::ledger {
namespace {

constexpr std::size_t path_max = 64; // of a tree with 2^64 leaves

Digest digest_of(const rapidjson::Value& value, bool& fits) {
    Digest digest{};
    const auto bytes = from_hex(text_of(value));
    fits = fits && bytes && bytes->size() == digest.size();
    if (fits) {
        std::copy(bytes->begin(), bytes->end(), digest.begin());
    }
    return digest;
}

/// Empty for anything but an array.
std::span<const rapidjson::Value> array_of(const rapidjson::Value& object, std::string_view name) {
    const auto* const found = find_member(object, name);
    return found != nullptr && found->IsArray()
               ? std::span<const rapidjson::Value>(found->Begin(), found->Size())
               : std::span<const rapidjson::Value>();
}

Error other_spelling(std::string_view what) {
    return {Fault::invalid_input, "not the one spelling of a " + std::string(what)};
}

} // namespace

std::string write_proof(const RecordProof& proof) {
    std::string text;
    JsonObject json(text);
    json.raw("position", std::to_string(proof.position));
    json.raw("batch", std::to_string(proof.batch));
    json.raw("index", std::to_string(proof.inclusion.index));
    json.raw("size", std::to_string(proof.inclusion.size));
    json.begin("path");
    append_json_array(text, proof.inclusion.path,
                      [&](const Digest& each) { append_json_string(text, to_hex(each)); });
    json.end();
    return text;
}

Result<RecordProof> read_proof(std::string_view text) {
    const auto json = parse_json(text, 3);
    if (!json.ok()) {
        return json.error();
    }
    detail::FieldReader read(json.value().root());
    RecordProof proof;
    proof.position = static_cast<std::uint32_t>(read.number("position"));
    proof.batch = read.number("batch");
    proof.inclusion.index = read.number("index");
    proof.inclusion.size = read.number("size");
    bool fits = read.ok();
    const auto path = array_of(json.value().root(), "path");
    for (const rapidjson::Value& each : path) {
        proof.inclusion.path.push_back(digest_of(each, fits));
    }
    return fits && path.size() <= path_max && write_proof(proof) == text ? Result(std::move(proof))
                                                                         : other_spelling("proof");
}

std::string write_manifest(const Manifest& manifest) {
    std::string text;
    JsonObject json(text);
    json.raw("songda_evidence_package", "1");
    json.text("document", to_text(manifest.document));
    detail::put(json, "at", manifest.at);
    json.raw("records", std::to_string(manifest.records));
    detail::put(json, "head", manifest.head);
    json.begin("sizes");
    append_json_array(text, manifest.sizes,
                      [&](std::uint64_t each) { text += std::to_string(each); });
    json.begin("files");
    append_json_array(text, manifest.files, [&](const Manifest::File& each) {
        JsonObject file(text);
        file.text("name", each.name);
        detail::put(file, "sha256", each.hash);
        file.end();
    });
    json.end();
    return text;
}

Result<Manifest> read_manifest(std::string_view text) {
    const auto json = parse_json(text, 4);
    if (!json.ok()) {
        return json.error();
    }
    const rapidjson::Value& root = json.value().root();
    detail::FieldReader read(root);
    Manifest manifest;
    const auto document = parse_document_id(read.text("document"));
    manifest.document = document.value_or(DocumentId{});
    manifest.at = read.time("at");
    manifest.records = read.number("records");
    manifest.head = read.digest("head");
    bool fits = read.ok() && document;
    for (const rapidjson::Value& each : array_of(root, "sizes")) {
        fits = fits && each.IsUint64();
        manifest.sizes.push_back(fits ? each.GetUint64() : 0);
    }
    for (const rapidjson::Value& each : array_of(root, "files")) {
        detail::FieldReader file(each);
        manifest.files.push_back({file.text("name"), file.digest("sha256")});
        fits = fits && file.ok() && is_zip_name(manifest.files.back().name);
    }
    return fits && write_manifest(manifest) == text ? Result(std::move(manifest))
                                                    : other_spelling("manifest");
}

std::string_view package_readme() {
    return R"(送达证据包
==========

本压缩包是一份文书送达过程的全部证据，不依赖签发它的系统即可核验。

  document.pdf          文书本身，即向受送达人交付的文件
  records.jsonl         送达证据，每行一条，按发生的先后相连：每条写明前一条的 SHA-256，
                        第一条写明文书原件的 SHA-256。受送达人、送达地址和人工送达的说明以带
                        密钥的散列（HMAC-SHA-256）表示，领取人只记代码；邮件服务器和运营商
                        的答复照录，其中的送达地址已略去。文书本身和原始数据另有个人信息
  proofs.jsonl          每条记录在其批次散列树中的路径（RFC 9162）
  batches/N/            第 N 批：statement.json 写明散列树的根与前一批，seal.p7s 是对它的
                        电子签章（CMS），timestamp.tst 是对签章的可信时间戳（RFC 3161）
  traces/               邮件退信、运营商回执等原始数据，以其 SHA-256 命名；本包可以没有，
                        记录写明其散列，原件由送达服务保存
  manifest.json         本包的清单：各文件的 SHA-256、记录条数、最后一条的 SHA-256
  manifest.p7s          对清单的电子签章

核验：songda-verify 文件.zip --trust 根证书文件夹 --evidence-seal 封存印章证书.pem
封存印章是送达服务自己的印章，其证书须另行取得：同一根证书之下还有别的印章。
也可只用常见工具：
  sha256sum document.pdf
  head -c -1 一行记录 | sha256sum      与下一条记录的 previous 比较（不含行末换行）
  openssl cms -verify -binary -inform DER -in batches/N/seal.p7s \
      -content batches/N/statement.json -CAfile 根证书.pem -purpose any
  openssl ts -verify -token_in -in batches/N/timestamp.tst -data batches/N/seal.p7s \
      -CAfile 根证书.pem

Evidence of service
===================

This archive holds all evidence of how one document was served. It can be checked without the
system that issued it.

  document.pdf          the document itself, as it was handed to the addressee
  records.jsonl         records of evidence, one a line, each naming the SHA-256 of the one before
                        and the first that of the file as issued. Addressee, address and what a
                        person wrote are keyed hashes (HMAC-SHA-256), who collected it is told in
                        codes. What mail servers and providers answered is in their words, without
                        the address. The document itself and raw reports do hold personal data
  proofs.jsonl          each record's path in the tree of its batch (RFC 9162); an entry of the
                        tree is the SHA-256 of the record
  batches/N/            batch N: statement.json names the root of the tree and the batch before,
                        seal.p7s is a seal over it (CMS), timestamp.tst a time-stamp over the seal
                        (RFC 3161)
  traces/               mails that came back and reports of providers as they came, by their
                        SHA-256. They may be absent: records name their hashes, and the service
                        keeps them
  manifest.json         what is in this archive: SHA-256 of each file, the number of records, the
                        SHA-256 of the last
  manifest.p7s          a seal over the manifest

To check: songda-verify FILE.zip --trust FOLDER_OF_ROOTS --evidence-seal CERT.pem, or the common
tools above. Which certificate is the service's evidence seal must be known otherwise: others under
the same root seal too.
)";
}

} // namespace songda::ledger
