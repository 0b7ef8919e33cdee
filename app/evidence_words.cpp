#include "app/evidence_words.hpp"

namespace songda::app {

void add_evidence(CLI::App& app, EvidenceArguments& asked, int& status) {
    asked.config = "songda.toml";
    auto* evidence = app.add_subcommand("evidence", "送达证据 evidence of service");
    evidence->require_subcommand(1);
    const auto add = [&](const char* name, const char* words) {
        auto* step = evidence->add_subcommand(name, words);
        step->add_option("-c,--config", asked.config, "配置文件 configuration file")
            ->capture_default_str();
        return step;
    };
    const auto add_document = [&](CLI::App* step) {
        step->add_option("DOCUMENT", asked.document, "文书编号或核验码 id or key")->required();
    };
    auto* show = add("status", "记录、封存与时间戳的进度 how far records and seals are");
    show->callback([&] { status = run_evidence_status(asked); });
    auto* pack = add("export", "导出一份文书的全部送达证据 all evidence of one document");
    add_document(pack);
    pack->add_option("-o,--output", asked.output, "ZIP 文件 file")->required();
    pack->callback([&] { status = run_evidence_export(asked); });
    auto* match = add("match", "核对：标准输入的证件号码或送达地址，是否为记录所指 does a code or "
                               "an address, read from standard input, fit the records?");
    add_document(match);
    match->callback([&] { status = run_evidence_match(asked); });
    auto* receipt = add("receipt", "送达回证的签发数据，交 songda issue 签发 the decision that "
                                   "songda issue makes the receipt of service from");
    add_document(receipt);
    receipt->add_option("-o,--output", asked.output, "NDJSON 文件 file")->required();
    receipt->callback([&] { status = run_evidence_receipt(asked); });
}

} // namespace songda::app
