internal import CCrypto

/// The hash SHA-256 (FIPS 180-4) of bytes that come one part after the other, by OpenSSL.
public struct SHA256: ~Copyable {
  private let context: OpaquePointer

  /// The length of a digest as text.
  public static let hexDigestLength = 64

  /// The hash of no bytes yet.
  public init() {
    // Without its configuration file, which could take away SHA-256, only memory can be short, and
    // then no Swift program goes on either.
    OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil)
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("libcrypto has no memory for SHA-256")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Adds the next bytes.
  public mutating func update(_ bytes: RawSpan) {
    let status = bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    precondition(status == 1, "libcrypto lost the state of SHA-256")
  }

  /// The hash of all bytes, as 64 lower-case hexadecimal digits.
  public consuming func hexDigest() -> String {
    var digest = [UInt8](repeating: 0, count: Self.hexDigestLength / 2)
    let status = EVP_DigestFinal_ex(context, &digest, nil)
    precondition(status == 1, "libcrypto lost the state of SHA-256")
    let digits = Array("0123456789abcdef".utf8)
    let text = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }

  /// The hash of `bytes`, as 64 lower-case hexadecimal digits.
  public static func hexDigest(of bytes: RawSpan) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.hexDigest()
  }
}
