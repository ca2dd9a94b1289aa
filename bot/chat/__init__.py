"""What the doors of chat platforms share: reading presses and forms, fetching pictures, taking turns, captions."""
