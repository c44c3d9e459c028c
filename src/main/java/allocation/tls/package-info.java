/** Who we are and whom we believe, over TLS: certificates and keys in PEM files. */
@NullMarked
package allocation.tls;

import org.jspecify.annotations.NullMarked;
