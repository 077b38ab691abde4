"""How each value shows itself: as text, as HTML, and live."""
