package io.github.alberttf.demo.view

import android.app.Activity
import android.view.View

/** A view of the layout, which must be there. */
internal fun <T : View> Activity.view(id: Int): T = checkNotNull(findViewById(id))

/** A view within this one, which must be there. */
internal fun <T : View> View.view(id: Int): T = checkNotNull(findViewById(id))
