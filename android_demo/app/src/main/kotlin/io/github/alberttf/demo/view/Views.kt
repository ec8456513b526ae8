package io.github.alberttf.demo.view

import android.app.Activity
import android.view.View

/** A view of the layout, which must be there. */
internal fun <T : View> Activity.view(id: Int): T = checked(findViewById(id))

/** A view within this one, which must be there. */
internal fun <T : View> View.view(id: Int): T = checked(findViewById(id))

// Of what class a view is stands in the layout, where the compiler does not look.
@Suppress("UNCHECKED_CAST")
private fun <T : View> checked(view: View?): T = checkNotNull(view) as T
