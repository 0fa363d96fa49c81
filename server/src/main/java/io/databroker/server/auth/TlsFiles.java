package io.databroker.server.auth;

import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.AdvancedTlsX509TrustManager.Verification;
import io.grpc.util.CertificateUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Certificate and private key of a server, and the authorities of its clients' certificates, in PEM
 * files. Connections made after a {@link #reload} use the new content of the files.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class TlsFiles {
  private static final byte[] SIGNED = {1, 2, 3, 4};

  private final Path certificate;
  private final Path key;
  private final @Nullable Path clientAuthorities;
  private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
  private final AdvancedTlsX509TrustManager trust;

  /**
   * Reads the files.
   *
   * @param clientAuthorities authorities of client certificates; null requires no client
   *     certificate
   * @throws AccessException if a file cannot be read, or the key does not belong to the certificate
   */
  public TlsFiles(Path certificate, Path key, @Nullable Path clientAuthorities)
      throws AccessException {
    this.certificate = certificate;
    this.key = key;
    this.clientAuthorities = clientAuthorities;
    try {
      this.trust =
          AdvancedTlsX509TrustManager.newBuilder()
              .setVerification(Verification.CERTIFICATE_ONLY_VERIFICATION)
              .build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JVM has X.509", e);
    }
    reload();
  }

  /** Returns credentials that follow the files. */
  public ServerCredentials credentials() {
    TlsServerCredentials.Builder credentials = TlsServerCredentials.newBuilder().keyManager(keys);
    if (clientAuthorities != null) {
      credentials.trustManager(trust).clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
    }
    return credentials.build();
  }

  /** Returns a manager of the certificate and its key that follows the files. */
  public X509ExtendedKeyManager keyManager() {
    return keys;
  }

  /** Returns a manager of the authorities that follows their file, or null if there are none. */
  public @Nullable X509ExtendedTrustManager trustManager() {
    return clientAuthorities == null ? null : trust;
  }

  /** Returns whether clients must present a certificate. */
  public boolean asksClients() {
    return clientAuthorities != null;
  }

  /**
   * Reads the files again; if they are unusable, the former content stays in use.
   *
   * @throws AccessException as the constructor
   */
  public void reload() throws AccessException {
    X509Certificate[] chain = certificates(certificate);
    PrivateKey privateKey = privateKey(key);
    if (!belongTogether(chain[0], privateKey)) {
      throw new AccessException(
          "the private key in " + key + " is not that of the certificate in " + certificate);
    }
    X509Certificate[] authorities =
        clientAuthorities == null ? null : certificates(clientAuthorities);
    try {
      if (authorities != null) {
        trust.updateTrustCredentials(authorities);
      }
      keys.updateIdentityCredentials(chain, privateKey);
    } catch (IOException | GeneralSecurityException e) {
      throw new AccessException("the certificates cannot be used: " + e.getMessage());
    }
  }

  /**
   * Reads the certificates in a PEM file, at least one.
   *
   * @throws AccessException if the file cannot be read or holds none
   */
  static X509Certificate[] certificates(Path file) throws AccessException {
    try {
      X509Certificate[] found =
          CertificateUtils.getX509Certificates(new ByteArrayInputStream(read(file)));
      if (found.length > 0) {
        return found;
      }
    } catch (GeneralSecurityException e) {
      // reported below
    }
    throw new AccessException(file + " holds no certificate: give X.509 certificates as PEM");
  }

  private static PrivateKey privateKey(Path file) throws AccessException {
    try {
      return CertificateUtils.getPrivateKey(new ByteArrayInputStream(read(file)));
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      // Drops the cause: its message may contain a part of the key.
      throw new AccessException(
          file
              + " holds no usable private key: give one of RSA or EC as PKCS#8 in PEM,"
              + " such as from \"openssl pkcs8 -topk8 -nocrypt\"");
    }
  }

  private static byte[] read(Path file) throws AccessException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new AccessException("there is no file " + file);
    } catch (IOException e) {
      throw new AccessException(file + " cannot be read: give a readable file");
    }
  }

  private static boolean belongTogether(X509Certificate certificate, PrivateKey key) {
    String algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(SIGNED);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(SIGNED);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
