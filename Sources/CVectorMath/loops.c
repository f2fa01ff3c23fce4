#include "CVectorMath.h"

#include <math.h>
#include <string.h>

#ifdef __has_feature
#define THREAD_SANITIZED __has_feature(thread_sanitizer)
#else
#define THREAD_SANITIZED 0
#endif

// One clone per instruction set, chosen at load by the processor. The thread sanitizer has each
// function tell it of its calls, the choice included, which is made before it can listen.
#if defined(__x86_64__) && !THREAD_SANITIZED
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))

// Sums inside these loops may be reordered and products fused: the reduction order is then that of
// the vector width, fixed for one instruction set.
#pragma clang fp contract(fast)

static const uint32_t kPhiloxMultiplier0 = 0xD2511F53u, kPhiloxMultiplier1 = 0xCD9E8D57u;
static const uint32_t kPhiloxWeyl0 = 0x9E3779B9u, kPhiloxWeyl1 = 0xBB67AE85u;

INLINE void philox(uint32_t k0, uint32_t k1, uint32_t *c0, uint32_t *c1, uint32_t *c2,
                   uint32_t *c3) {
  for (int round = 0; round < 10; ++round) {
    uint64_t p0 = (uint64_t)kPhiloxMultiplier0 * *c0, p1 = (uint64_t)kPhiloxMultiplier1 * *c2;
    uint32_t n0 = (uint32_t)(p1 >> 32) ^ *c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ *c3 ^ k1;
    *c0 = n0, *c1 = (uint32_t)p1, *c2 = n2, *c3 = (uint32_t)p0;
    k0 += kPhiloxWeyl0, k1 += kPhiloxWeyl1;
  }
}

void ts_philox(ts_stream stream, uint64_t block, uint32_t words[4]) {
  uint32_t c0 = (uint32_t)block, c1 = (uint32_t)(block >> 32), c2 = stream.position,
           c3 = stream.domain;
  philox((uint32_t)stream.key, (uint32_t)(stream.key >> 32), &c0, &c1, &c2, &c3);
  words[0] = c0, words[1] = c1, words[2] = c2, words[3] = c3;
}

// exp(x) for float: x = n ln 2 + r with |r| <= ln(2)/2, exp(r) by the polynomial of degree 6 that is
// best in relative error (2e-9), then 2^n by adding n to the exponent. ln 2 is split so that n ln 2 is
// exact. Adding 1.5 2^23 rounds to an integer and leaves it in the lowest bits. Arguments are clamped
// to where the result is a normal float; NaN stays NaN. Error < 2 ulp.
INLINE float exp_s(float x) {
  // In this order a NaN argument survives: a comparison with NaN is false and keeps x.
  float c = x < -86.9f ? -86.9f : x;
  c = c > 88.0f ? 88.0f : c;
  float shifted = c * 1.44269504088896341f + 0x1.8p23f;
  float n = shifted - 0x1.8p23f;
  float r = c - n * 0.693145751953125f - n * 1.42860682030941723e-6f;
  float p = 0.0013843606764082149f;
  p = p * r + 0.008374195657978676f, p = p * r + 0.04166800472672293f;
  p = p * r + 0.16666430799931187f, p = p * r + 0.49999994191639047f;
  p = p * r + 1.0f, p = p * r + 1.0f;
  uint32_t bits, exponent;
  memcpy(&bits, &p, 4), memcpy(&exponent, &shifted, 4);
  bits += exponent << 23;  // the quiet NaN that x may be has none of these bits
  memcpy(&p, &bits, 4);
  return p;
}

// exp(x) for double: likewise, by its Taylor polynomial of degree 13 (truncation 5e-18 relative).
INLINE double exp_d(double x) {
  double c = x < -708.0 ? -708.0 : x;
  c = c > 709.0 ? 709.0 : c;
  double n = __builtin_elementwise_roundeven(c * 1.4426950408889634074);
  double r = c - n * 6.93147180369123816490e-01 - n * 1.90821492927058770002e-10;
  double p = 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600, p = p * r + 1.0 / 39916800, p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880, p = p * r + 1.0 / 40320, p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720, p = p * r + 1.0 / 120, p = p * r + 1.0 / 24, p = p * r + 1.0 / 6;
  p = p * r + 0.5, p = p * r + 1.0, p = p * r + 1.0;
  int64_t bits = ((int64_t)(n == n ? n : 0.0) + 1023) << 52;
  double scale;
  memcpy(&scale, &bits, 8);
  return p * scale;
}

// log(x) of a normal positive x: x = 2^e m with m in [sqrt(1/2), sqrt(2)), and
// log m = 2 artanh(s), s = (m - 1)/(m + 1), |s| < 0.172, by its odd series.
INLINE float log_s(float x) {
  int32_t bits;
  memcpy(&bits, &x, 4);
  int32_t e = (bits - 0x3F3504F3) >> 23;
  bits -= e << 23;
  float m;
  memcpy(&m, &bits, 4);
  float s = (m - 1.0f) / (m + 1.0f), t = s * s;
  float p = 2.0f / 9;
  p = p * t + 2.0f / 7, p = p * t + 2.0f / 5, p = p * t + 2.0f / 3, p = p * t + 2.0f;
  return (float)e * 0.693147180559945309f + s * p;
}

INLINE double log_d(double x) {
  int64_t bits;
  memcpy(&bits, &x, 8);
  int64_t e = (bits - 0x3FE6A09E667F3BCDLL) >> 52;
  bits -= e << 52;
  double m;
  memcpy(&m, &bits, 8);
  double s = (m - 1.0) / (m + 1.0), t = s * s;
  double p = 2.0 / 21;
  p = p * t + 2.0 / 19, p = p * t + 2.0 / 17, p = p * t + 2.0 / 15, p = p * t + 2.0 / 13;
  p = p * t + 2.0 / 11, p = p * t + 2.0 / 9, p = p * t + 2.0 / 7, p = p * t + 2.0 / 5;
  p = p * t + 2.0 / 3, p = p * t + 2.0;
  return (double)e * 0.693147180559945309417 + s * p;
}

// cos and sin of 2 pi turns, |turns| < 2^20: the nearest quarter turn is taken off exactly, the rest
// (|angle| <= pi/4) goes through the Taylor series, and the quarter permutes and signs the two.
#define DEFINE_TURNS(REAL, S, COS_SERIES, SIN_SERIES)                                             \
  INLINE void cossin_turns_##S(REAL turns, REAL *cosine, REAL *sine) {                            \
    REAL whole = turns - __builtin_elementwise_roundeven(turns);                                  \
    REAL quarter = __builtin_elementwise_roundeven(whole * 4);                                    \
    REAL a = (whole - quarter * (REAL)0.25) * (REAL)6.28318530717958647692;                       \
    REAL t = a * a;                                                                               \
    REAL c = COS_SERIES, s = a * (SIN_SERIES);                                                    \
    int q = (int)quarter;                                                                         \
    REAL swap_c = (q & 1) ? s : c, swap_s = (q & 1) ? c : s;                                      \
    *cosine = (q == 1 || q == 2 || q == -2) ? -swap_c : swap_c;                                   \
    *sine = (q == 2 || q == -2 || q == -1) ? -swap_s : swap_s;                                    \
  }
#define COS_S                                                                                     \
  (1 + t * (-0.5f + t * (1.0f / 24 + t * (-1.0f / 720 + t * (1.0f / 40320 - t / 3628800)))))
#define SIN_S (1 + t * (-1.0f / 6 + t * (1.0f / 120 + t * (-1.0f / 5040 + t / 362880))))
#define COS_D                                                                                     \
  (1 +                                                                                            \
   t * (-0.5 + t * (1.0 / 24 +                                                                    \
                    t * (-1.0 / 720 +                                                             \
                         t * (1.0 / 40320 +                                                       \
                              t * (-1.0 / 3628800 +                                               \
                                   t * (1.0 / 479001600 +                                         \
                                        t * (-1.0 / 87178291200.0 + t / 20922789888000.0))))))))
#define SIN_D                                                                                     \
  (1 +                                                                                            \
   t * (-1.0 / 6 +                                                                                \
        t * (1.0 / 120 + t * (-1.0 / 5040 +                                                       \
                              t * (1.0 / 362880 +                                                 \
                                   t * (-1.0 / 39916800 +                                         \
                                        t * (1.0 / 6227020800.0 - t / 1307674368000.0)))))))
DEFINE_TURNS(float, s, COS_S, SIN_S)
DEFINE_TURNS(double, d, COS_D, SIN_D)

// A pair of standard normals by the transform of Box and Muller (1958), from two words (float) or four
// (double). The radius' uniform is never 0; floats reach |z| < 6.77.
INLINE void normal_pair_s(uint32_t first, uint32_t second, float *one, float *other) {
  float u = ((float)(first >> 8) + 0.5f) * 0x1p-24f;
  // 24 bits alone would end at |z| = 5.9: below 2^-16 the low bits refine the tail.
  u = first < (1u << 16) ? ((float)first + 0.5f) * 0x1p-32f : u;
  float radius = __builtin_elementwise_sqrt(-2.0f * log_s(u)), c, s;
  cossin_turns_s((float)(second >> 8) * 0x1p-24f, &c, &s);
  *one = radius * c, *other = radius * s;
}

INLINE void normal_pair_d(const uint32_t w[4], double *one, double *other) {
  uint64_t a = (uint64_t)w[0] << 32 | w[1], b = (uint64_t)w[2] << 32 | w[3];
  double u = ((double)(int64_t)(a >> 12) + 0.5) * 0x1p-52;
  double radius = __builtin_elementwise_sqrt(-2.0 * log_d(u)), c, s;
  cossin_turns_d((double)(int64_t)(b >> 12) * 0x1p-52, &c, &s);
  *one = radius * c, *other = radius * s;
}

// Phi(x), and the density at x, of the standard normal distribution. For float erfc is t exp(-y^2 +
// P(t)), y = |x|/sqrt(2), t = 2/(2 + y), with the Chebyshev fit of Press and others (Numerical Recipes,
// 1992, erfcc: 1.2e-7 relative); for double the C library's.
INLINE float normal_distribution_s(float x, float *density) {
  float y = __builtin_elementwise_abs(x) * 0.707106781186547524f, t = 2.0f / (2.0f + y);
  float p = 0.17087277f;
  p = p * t - 0.82215223f, p = p * t + 1.48851587f, p = p * t - 1.13520398f;
  p = p * t + 0.27886807f, p = p * t - 0.18628806f, p = p * t + 0.09678418f;
  p = p * t + 0.37409196f, p = p * t + 1.00002368f, p = p * t - 1.26551223f;
  float gauss = exp_s(-y * y), half_tail = 0.5f * t * gauss * exp_s(p);
  *density = 0.398942280401432678f * gauss;
  return x > 0 ? 1 - half_tail : half_tail;
}

INLINE double normal_distribution_d(double x, double *density) {
  *density = 0.39894228040143267794 * exp_d(-x * x / 2);
  return 0.5 * erfc(x * -0.70710678118654752440);
}

enum { kBlocks = 16 };

// Words of kBlocks consecutive blocks, word w of block b at words[w * kBlocks + b], so that each
// word of all blocks is one vector.
INLINE void philox_blocks(ts_stream stream, uint64_t block, uint32_t words[4 * kBlocks]) {
  for (int b = 0; b < kBlocks; ++b) {
    uint64_t index = block + (uint64_t)b;
    uint32_t c0 = (uint32_t)index, c1 = (uint32_t)(index >> 32), c2 = stream.position,
             c3 = stream.domain;
    philox((uint32_t)stream.key, (uint32_t)(stream.key >> 32), &c0, &c1, &c2, &c3);
    words[b] = c0, words[kBlocks + b] = c1, words[2 * kBlocks + b] = c2,
    words[3 * kBlocks + b] = c3;
  }
}

// The normals of kBlocks blocks, number k of every block at normals[k * kBlocks].
INLINE void block_normals_s(const uint32_t words[4 * kBlocks], float normals[4 * kBlocks]) {
  for (int k = 0; k < 4 * kBlocks; k += 2 * kBlocks)
    for (int b = k; b < k + kBlocks; ++b)
      normal_pair_s(words[b], words[b + kBlocks], &normals[b], &normals[b + kBlocks]);
}

INLINE void block_normals_d(const uint32_t words[4 * kBlocks], double normals[2 * kBlocks]) {
  for (int b = 0; b < kBlocks; ++b) {
    uint32_t w[4] = {words[b], words[b + kBlocks], words[b + 2 * kBlocks], words[b + 3 * kBlocks]};
    normal_pair_d(w, &normals[b], &normals[b + kBlocks]);
  }
}

// The most outputs of a narrow layer, and the columns of its loops that are in registers at once.
enum { kNarrow = 4, kColumns = 32 };

#define REAL float
#define S(name) name##_s
#define PER_BLOCK 4
#include "loops.inc"
#undef REAL
#undef S
#undef PER_BLOCK

#define REAL double
#define S(name) name##_d
#define PER_BLOCK 2
#include "loops.inc"

#include "softmax.inc"
