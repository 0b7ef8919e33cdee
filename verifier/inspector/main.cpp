// songda-inspector: a PDF on standard input, what signatures it holds on standard output
// (verifier/inspection.hpp). Reads nothing before the cage is shut.

#include "base/reader_cage.hpp"
#include "verifier/inspection.hpp"
#include "verifier/inspector/inspect.hpp"

int main() {
    using namespace songda;
    run_caged_reader({.input_bytes_max = verifier::inspected_bytes_max, .read = [](ByteView file) {
                          return verifier::write_inspection(inspector::inspect(file));
                      }});
}
