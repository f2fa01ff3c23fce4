// cblas and the LAPACK routines of libopenblas that LinearAlgebra calls. Debian's build carries the
// LAPACK symbols but no LAPACKE header, so the Fortran interfaces are declared here: every argument
// by address, matrices column-major, character lengths appended (gfortran's convention). Below, the
// choice of the kernels that they run on.
#ifndef TINYSCORE_COPENBLAS_SHIM_H
#define TINYSCORE_COPENBLAS_SHIM_H

#include <cblas.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// Eigenvalues (ascending, in w) and, for jobz "V", eigenvectors (in a) of a symmetric matrix.
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info,
             size_t jobz_len, size_t uplo_len);

// Eigenvalues (real and imaginary parts in wr and wi) of any matrix; jobvl = jobvr = "N".
void dgeev_(const char *jobvl, const char *jobvr, const int *n, double *a, const int *lda, double *wr,
            double *wi, double *vl, const int *ldvl, double *vr, const int *ldvr, double *work,
            const int *lwork, int *info, size_t jobvl_len, size_t jobvr_len);

// Linear equations by Gaussian elimination: factors, then solutions.
void dgetrf_(const int *m, const int *n, double *a, const int *lda, int *ipiv, int *info);
void dgetrs_(const char *trans, const int *n, const int *nrhs, const double *a, const int *lda,
             const int *ipiv, double *b, const int *ldb, int *info, size_t trans_len);

// The shortest least-squares solution by singular values, those below rcond of the largest counted as 0.
void dgelsd_(const int *m, const int *n, const int *nrhs, double *a, const int *lda, double *b,
             const int *ldb, double *s, const double *rcond, int *rank, double *work,
             const int *lwork, int *iwork, int *info);

// The QR decomposition of a matrix, and its orthonormal factor from what the first leaves in a and tau.
void sgeqrf_(const int *m, const int *n, float *a, const int *lda, float *tau, float *work,
             const int *lwork, int *info);
void sorgqr_(const int *m, const int *n, const int *k, float *a, const int *lda, const float *tau,
             float *work, const int *lwork, int *info);
void dgeqrf_(const int *m, const int *n, double *a, const int *lda, double *tau, double *work,
             const int *lwork, int *info);
void dorgqr_(const int *m, const int *n, const int *k, double *a, const int *lda, const double *tau,
             double *work, const int *lwork, int *info);

// Row-major wrappers for one scalar type (ts_..._s of float, ts_..._d of double): sizes as the caller has
// them, transposes as flags.
#define TS_DEFINE_BLAS(REAL, S)                                                                   \
  /* c = alpha a b + beta c, either factor transposed if told. */                                 \
  static inline void ts_multiply_##S(bool ta, bool tb, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k,     \
                                     REAL alpha, const REAL *a, ptrdiff_t lda, const REAL *b,     \
                                     ptrdiff_t ldb, REAL beta, REAL *c, ptrdiff_t ldc) {          \
    cblas_##S##gemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans,                                \
                    tb ? CblasTrans : CblasNoTrans, (blasint)m, (blasint)n, (blasint)k, alpha, a, \
                    (blasint)lda, b, (blasint)ldb, beta, c, (blasint)ldc);                        \
  }                                                                                               \
  /* The lower triangle of c = alpha a a^T + beta c, of a transposed if told. */                  \
  static inline void ts_symmetric_square_##S(bool transpose, ptrdiff_t n, ptrdiff_t k,            \
                                             REAL alpha, const REAL *a, ptrdiff_t lda, REAL beta, \
                                             REAL *c, ptrdiff_t ldc) {                            \
    cblas_##S##syrk(CblasRowMajor, CblasLower, transpose ? CblasTrans : CblasNoTrans, (blasint)n, \
                    (blasint)k, alpha, a, (blasint)lda, beta, c, (blasint)ldc);                   \
  }                                                                                               \
  /* c = b s, of the symmetric s the lower triangle. */                                           \
  static inline void ts_multiply_symmetric_##S(ptrdiff_t m, ptrdiff_t n, const REAL *s,           \
                                               ptrdiff_t lds, const REAL *b, ptrdiff_t ldb,       \
                                               REAL *c, ptrdiff_t ldc) {                          \
    cblas_##S##symm(CblasRowMajor, CblasRight, CblasLower, (blasint)m, (blasint)n, 1, s,          \
                    (blasint)lds, b, (blasint)ldb, 0, c, (blasint)ldc);                           \
  }                                                                                               \
  /* The rows of a, (n, n), become orthonormal: for LAPACK they are columns. Its code. */         \
  static inline ptrdiff_t ts_orthonormalize_##S(ptrdiff_t n, REAL *a, REAL *tau, REAL *work,      \
                                                ptrdiff_t length) {                               \
    int size = (int)n, lwork = (int)length, info = 0;                                             \
    S##geqrf_(&size, &size, a, &size, tau, work, &lwork, &info);                                  \
    if (info == 0) S##orgqr_(&size, &size, &size, a, &size, tau, work, &lwork, &info);            \
    return info;                                                                                  \
  }

TS_DEFINE_BLAS(float, s)
TS_DEFINE_BLAS(double, d)
#undef TS_DEFINE_BLAS

// The choice of kernels, as the library makes it when it is loaded; absent from builds for one
// processor. Not in its header.
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

// The name of the best kernels of 0.3.21 that this processor and system can run; NULL without AVX2,
// where the library's own choice is as good as any.
static inline const char *ts_openblas_fitting_core(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512cd"))
    return "SkylakeX";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "Haswell";
#endif
  return NULL;
}

// Has the library choose again if it did not know the processor: it takes one that is newer than
// itself for the oldest there is, whose products are three to four times slower. A choice for AVX2
// or more, and the user's own (OPENBLAS_CORETYPE), stand. Before the first product, while no other
// thread runs one or reads the environment.
static inline void ts_openblas_choose_kernels(void) {
  static const char *const modern[] = {"Haswell", "Zen", "SkylakeX", "Cooperlake",
                                       "SapphireRapids"};
  const char *variable = "OPENBLAS_CORETYPE", *core = ts_openblas_fitting_core();
  if (!core || getenv(variable) || !gotoblas_dynamic_init || !gotoblas_dynamic_quit) return;
  for (size_t i = 0; i < sizeof modern / sizeof *modern; ++i)
    if (strcmp(openblas_get_corename(), modern[i]) == 0) return;
  setenv(variable, core, 1);
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
  unsetenv(variable);
}

#endif
