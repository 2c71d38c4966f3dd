// How much of its stack a thread has used.

#pragma once

namespace weir::inline v0::platform {

/// Whether what is left of the calling thread's stack (128 KiB, or a quarter of a small stack) should be kept for leaving.
/// On a stack that is not the thread's own, such as a coroutine library's, the answer is no.
bool stack_is_nearly_used() noexcept;

}  // namespace weir::inline v0::platform
