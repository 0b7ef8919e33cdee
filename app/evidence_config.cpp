#include "app/evidence_config.hpp"

namespace songda::app {

EvidenceConfig read_evidence(TomlTable& table, const ConfigPaths& path) {
    EvidenceConfig evidence;
    evidence.key = path.file(table, "key", table.text("key"));
    evidence.key_passphrase_file = path.secret(table, "key_passphrase_file");
    evidence.certificate = path.file(table, "certificate", table.text("certificate"));
    evidence.authorities = table.texts_or_none("authorities");
    evidence.seal_seconds = table.integer_or("seal_seconds", 60, 1, 86'400);
    evidence.late_minutes = table.integer_or("late_minutes", 60, 1, 44'640);
    return evidence;
}

} // namespace songda::app
