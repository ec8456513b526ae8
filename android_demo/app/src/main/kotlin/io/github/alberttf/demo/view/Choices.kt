package io.github.alberttf.demo.view

import android.view.View
import android.widget.AdapterView
import android.widget.ArrayAdapter
import android.widget.Spinner
import io.github.alberttf.demo.R

/** Puts these into the list, unless they are there already. */
internal fun Spinner.setChoices(names: List<String>) {
    if (tag == names) return
    tag = names
    val choices = ArrayAdapter(context, R.layout.item_choice, names)
    choices.setDropDownViewResource(android.R.layout.simple_spinner_dropdown_item)
    adapter = choices
}

/** Shows a choice, unless it is shown already. */
internal fun Spinner.choose(index: Int) {
    if (index in 0 until count && index != selectedItemPosition) setSelection(index)
}

/** Says which choice is made. */
internal fun Spinner.onChoice(action: (Int) -> Unit) {
    onItemSelectedListener =
        object : AdapterView.OnItemSelectedListener {
            override fun onItemSelected(
                parent: AdapterView<*>,
                view: View?,
                position: Int,
                id: Long,
            ) = action(position)

            override fun onNothingSelected(parent: AdapterView<*>) = Unit
        }
}
