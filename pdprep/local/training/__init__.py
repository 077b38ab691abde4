"""Making a preview model of records, in bounded memory."""
