/** The shapes that outsiders see: commands, answers, events, problems; and how they are read. */
@NullMarked
package allocation.json;

import org.jspecify.annotations.NullMarked;
