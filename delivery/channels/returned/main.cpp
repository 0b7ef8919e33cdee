// songda-mail-reader: a mail on standard input, what it reports on standard output
// (returned_mail.hpp). Reads nothing before the cage is shut.

#include "base/reader_cage.hpp"
#include "delivery/channels/returned/read_returned.hpp"

int main() {
    using namespace songda;
    delivery::prepare_reading();
    // A mail in an encoding that libgmime would load a table for is read without it.
    run_caged_reader({.files = FileWish::fails,
                      .input_bytes_max = delivery::returned_bytes_max,
                      .read = [](ByteView mail) {
                          return delivery::write_returned(delivery::read_returned(mail));
                      }});
}
