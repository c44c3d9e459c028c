/** The entrance for HTTP: request to command or query, outcome or view to status. */
@NullMarked
package allocation.http;

import org.jspecify.annotations.NullMarked;
