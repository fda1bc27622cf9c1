"""The pharmacies' door under attack: what is sent to do harm is refused in the API's own words and does nothing."""
