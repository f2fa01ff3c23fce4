// The elementwise loops of the training step, for float (_s) and double (_d).
//
// Each function is compiled once per instruction set and chosen at load (target_clones), so one
// binary runs anywhere and is fast where it can be. Results are reproducible on one machine kind;
// clones may differ from each other in the last bits (fused multiply-add, order of sums).
//
// Matrices are row-major; `ld` is the distance between rows in elements. Arrays that are written
// must not overlap arrays that are read, unless a comment says so.
#ifndef TINYSCORE_CVECTORMATH_H
#define TINYSCORE_CVECTORMATH_H

#include <stddef.h>
#include <stdint.h>

// Activation functions. The numbers are part of this interface.
enum { TS_SILU = 0, TS_TANH = 1, TS_GELU = 2, TS_RELU = 3 };

// A stream of random words: Philox4x32-10 (Salmon et al. 2011) under a 64-bit key, at counter words
// (block, block >> 32, position, domain).
typedef struct {
  uint64_t key;
  uint32_t position;
  uint32_t domain;
} ts_stream;

#define TS_DECLARE(REAL, S)                                                                       \
  /* h(r, j) = f(h(r, j) + bias[j]) in place; slope(r, j) = f'(h(r, j) + bias[j]). */             \
  void ts_activate_##S(int kind, size_t rows, size_t width, REAL *h, const REAL *bias,            \
                       REAL *slope);                                                              \
  /* The same without the slope. */                                                               \
  void ts_activate_only_##S(int kind, size_t rows, size_t width, REAL *h, const REAL *bias);      \
  /* g(r, j) *= slope(r, j) in place; column_sums[j] = sum over r of the result. */               \
  void ts_scale_and_sum_##S(size_t rows, size_t width, REAL *g, const REAL *slope,                \
                            REAL *column_sums);                                                   \
  /* A layer of 1 to 4 outputs: y(r, i) = sum over j of h(r, j) weight(i, j). */                    \
  void ts_narrow_forward_##S(size_t rows, size_t width, size_t outputs, const REAL *h,            \
                             const REAL *weight, REAL *y);                                        \
  /* The same backward, from dy(r, i): g(r, j) = slope(r, j) sum over i of dy(r, i) weight(i, j), */ \
  /* column_sums[j] = sum over r of g(r, j), weight_gradient(i, j) = sum of dy(r, i) h(r, j). */   \
  void ts_narrow_backward_##S(size_t rows, size_t width, size_t outputs, const REAL *dy,          \
                              const REAL *weight, const REAL *h, const REAL *slope, REAL *g,      \
                              REAL *column_sums, REAL *weight_gradient);                          \
  /* column_sums[j] = sum over r of g(r, j). */                                                   \
  void ts_column_sums_##S(size_t rows, size_t width, const REAL *g, REAL *column_sums);           \
  /* x(r, j) += bias[j]. */                                                                       \
  void ts_add_rows_##S(size_t rows, size_t width, REAL *x, const REAL *bias);                     \
  /* out(r repeat + j, k) = a(j, k) s(r, k), 0 <= j < repeat. */                                  \
  void ts_outer_scale_##S(size_t rows, size_t repeat, size_t width, const REAL *a, const REAL *s, \
                          REAL *out);                                                             \
  /* t(r repeat + j, k) *= s(r, k) in place. */                                                   \
  void ts_repeat_scale_##S(size_t rows, size_t repeat, size_t width, REAL *t, const REAL *s);     \
  /* out(r, k) = cos(angle), out(r, count + k) = sin(angle), angle = x[r] frequencies[k]. */      \
  void ts_fourier_##S(size_t rows, size_t count, const REAL *x, const REAL *frequencies,          \
                      REAL *out, size_t ld);                                                      \
  /* For row r the level ln(sigma/scale) = l at relative position offset between edges[r] and       \
     edges[r + 1], and what follows from it: sigma, 1/rho with rho = sqrt(sigma^2 + scale^2),      \
     sigma/rho, scale/rho; share[r] = (edges[r + 1] - edges[r]) / width. */                       \
  void ts_noise_levels_##S(size_t rows, const double *edges, double offset, double scale,         \
                           double width, REAL *level, REAL *sigma, REAL *input_scale, REAL *keep, \
                           REAL *gain, REAL *share);                                              \
  /* Standard normals first ... first + n - 1 of the stream; first is a multiple of 4. */         \
  void ts_normal_##S(ts_stream stream, uint64_t first, size_t n, REAL *out);                      \
  /* u(r, j) = input_scale[r] (y(r, j) - shift[j] + sigma[r] z(r, j)); also                       \
     moments(r, 0..2) = |z|^2, y.z, |y|^2 of each row. */                                         \
  void ts_perturb_##S(size_t rows, size_t dimension, const REAL *y, const REAL *z,                \
                      const REAL *shift, const REAL *sigma, const REAL *input_scale, REAL *u,     \
                      size_t ld, REAL *moments);                                                  \
  /* With residual = z - keep[r] u + gain[r] (f + bias), the noise predictor's error:             \
     loss[r] = |residual|^2 and f = 2 weight[r] gain[r] residual in place. Returns the sum of     \
     share[r] loss[r]. */                                                                         \
  double ts_denoising_loss_##S(size_t rows, size_t dimension, const REAL *z, const REAL *u,       \
                               size_t ld, const REAL *keep, const REAL *gain, const REAL *share,  \
                               const REAL *weight, const REAL *bias, REAL *f, REAL *loss);        \
  /* Sums over the rows of the quantities q = (loss, |z|^2 - dimension, y.z, |y|^2 - total_variance), \
     the last 0 where it is within rounding of it: sums = their count, the four sums, and those of \
     the products q_i q_j, j <= i, row by row of i. */                                            \
  void ts_ledger_sums_##S(size_t rows, const REAL *loss, const REAL *moments, double dimension,   \
                          double total_variance, double rounding, double sums[15]);               \
  /* sums[0] = sum of parts[0 ..< count] elementwise over [0, n), added as a fixed binary tree;   \
     overwrites the parts. Returns the sum of squares of the result. */                           \
  double ts_tree_sum_##S(size_t count, REAL *const *parts, size_t offset, size_t n);              \
  /* Adam's moments, and its direction first / (sqrt(second) + epsilon), at most limit either way, in \
     place of the gradient. */                                                                    \
  void ts_adam_direction_##S(size_t n, REAL *gradient, REAL *first, REAL *second, REAL beta1,     \
                             REAL beta2, REAL epsilon, REAL limit);                               \
  /* parameter -= rate direction, and the exponential average of the parameters. */               \
  void ts_descend_##S(size_t n, const REAL *direction, REAL *parameter, REAL *average, REAL rate, \
                      REAL average_weight);                                                       \
  /* Adam (Kingma and Ba 2015) and the exponential average of the parameters, in one pass.        \
     rate is the bias-corrected step size, epsilon the bias-corrected epsilon. */                 \
  void ts_adam_##S(size_t n, const REAL *gradient, REAL *parameter, REAL *first, REAL *second,    \
                   REAL *average, REAL beta1, REAL beta2, REAL rate, REAL epsilon,                \
                   REAL average_weight);

TS_DECLARE(float, s)
TS_DECLARE(double, d)
#undef TS_DECLARE

// One block of columns of an online softmax (Milakov and Gimelshein 2018), the largest entry of each
// row kept apart so that what the others add is known to relative accuracy. On entry logits(r, j) +
// offsets[j] are the logits a; state(r, 0..4) = m, and over all columns but the largest the sums of
// e, e (a - m), e (a - m)^2, e squares[j] with e = exp(a - m); largest[r] is the column of m, -1
// before the first block. On exit logits hold e, 0 for the largest; what was summed elsewhere with
// the old m is to be multiplied by scale[r], and the old largest, where it was displaced, to be
// added with weight demoted[r] (its squares too: state(r, 4) lacks them). e below exp(-700) is 0.
void ts_softmax_block_d(size_t rows, size_t columns, double *logits, size_t ld,
                        const double *offsets, const double *squares, int64_t first, double *state,
                        int64_t *largest, double *scale, double *demoted);

// The four words of one Philox block: for scalar draws, and the reference of the vector loops.
void ts_philox(ts_stream stream, uint64_t block, uint32_t words[4]);

// Has this thread take numbers below the smallest normal one for 0, which processors are slow with by
// a factor of a hundred; what to hand to ts_restore_denormals.
static inline uint64_t ts_flush_denormals(void) {
#if defined(__x86_64__)
  uint32_t state = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(state | 0x8040);  // flush to zero, denormals are zero
  return state;
#elif defined(__aarch64__)
  uint64_t state;
  __asm__ __volatile__("mrs %0, fpcr" : "=r"(state));
  __asm__ __volatile__("msr fpcr, %0" : : "r"(state | 1u << 24));
  return state;
#else
  return 0;
#endif
}

static inline void ts_restore_denormals(uint64_t state) {
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr((uint32_t)state);
#elif defined(__aarch64__)
  __asm__ __volatile__("msr fpcr, %0" : : "r"(state));
#else
  (void)state;
#endif
}

// A hint to the processor that this thread waits in a loop.
static inline void ts_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

#endif
