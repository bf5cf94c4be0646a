"""The province's desk: what crosses prefectures, and what is late below."""
