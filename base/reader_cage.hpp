#pragma once

#include <cstddef>
#include <string_view>

#include "base/bytes.hpp"

/// A program of ours that takes strangers' bytes apart with a library of others: it gets them on
/// standard input, answers on standard output, and is in a cage before it reads the first. Run by
/// base/child_program.hpp, which bounds memory and time. Part of `songda::cage`.
namespace songda {

/// What becomes of a wish to open a file in the cage. Libraries that can do without one, as an
/// encoding's table, are told that they may not have it.
enum class FileWish { ends, fails };

/// After it the process can read the streams that are open, take and give back memory, write its
/// answer and end; any other request to the kernel ends it at once (SIGSYS): no file, no network,
/// no other process, no new code. False if the kernel does not grant it; then nothing may be read.
[[nodiscard]] bool enter_reader_cage(FileWish files = FileWish::ends);

struct CagedReader {
    FileWish files = FileWish::ends;
    std::size_t input_bytes_max = 0; ///< larger input is a failure
    Bytes (*read)(ByteView input);
};
/// The whole of such a program's main. Ends the process, 0 or 1.
[[noreturn]] void run_caged_reader(const CagedReader& reader);

/// What it says, on standard error, on a machine that grants no cage.
inline constexpr std::string_view no_cage = "the kernel does not grant the cage";

} // namespace songda
