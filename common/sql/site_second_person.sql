-- Do dangerous acts want a second person here?    -> second_person
select second_person from kaquan.site
