/** Follows the log into the views and answers the questions of those who only look. */
@NullMarked
package allocation.readmodel;

import org.jspecify.annotations.NullMarked;
