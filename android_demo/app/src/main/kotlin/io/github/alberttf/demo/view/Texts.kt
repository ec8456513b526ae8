package io.github.alberttf.demo.view

import android.text.Editable
import android.text.TextWatcher
import android.widget.EditText

/** Shows a text, unless it is there already: the cursor stays where the user types. */
internal fun EditText.showText(wanted: String) {
    if (text.toString() == wanted) return
    setText(wanted)
    setSelection(wanted.length)
}

/** Says each new text. */
internal fun EditText.onText(action: (String) -> Unit) {
    addTextChangedListener(
        object : TextWatcher {
            override fun beforeTextChanged(
                s: CharSequence,
                start: Int,
                count: Int,
                after: Int,
            ) = Unit

            override fun onTextChanged(
                s: CharSequence,
                start: Int,
                before: Int,
                count: Int,
            ) = Unit

            override fun afterTextChanged(s: Editable) = action(s.toString())
        },
    )
}
