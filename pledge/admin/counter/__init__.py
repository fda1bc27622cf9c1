"""The counter: for pharmacies without software, the same questions and acts as by the API, by people who log in."""
