// cblas and the LAPACK routines of libopenblas that LinearAlgebra calls. Debian's build carries the
// LAPACK symbols but no LAPACKE header, so the Fortran interfaces are declared here: every argument
// by address, matrices column-major, character lengths appended (gfortran's convention).
#ifndef TINYSCORE_COPENBLAS_SHIM_H
#define TINYSCORE_COPENBLAS_SHIM_H

#include <cblas.h>
#include <stddef.h>

// Eigenvalues (ascending, in w) and, for jobz "V", eigenvectors (in a) of a symmetric matrix.
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info,
             size_t jobz_len, size_t uplo_len);

#endif
